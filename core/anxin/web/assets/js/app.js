// Every page works as plain forms and links; these modules make it quicker. No inline handlers, no eval (CSP).
import './hypermedia.js'
import './prefs.js'
import './dialogs.js'
import './focus.js'
import './fast_form.js'
import './small_acts.js'
import './chords.js'
import './passkeys.js'
