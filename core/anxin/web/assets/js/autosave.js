// Forms that save what is typed (form[data-autosave=address]): each change goes to the server a moment later. Without a
// connection typing goes on; what is not saved yet is kept on this computer, sealed with a key that only the signed-in
// page gets (data-key), and sent when the connection is back, also after the browser was closed or the server restarted.
// The server answers {n, at, changes, others}: the count to go on from, the time, and what colleagues changed meanwhile.
const WAIT = 700
const AGAIN = 2500

class Autosave {
  constructor(form) {
    this.form = form
    this.said = form.querySelector('[data-autosave-said]')
    this.n = Number(form.dataset.count || 0)
    this.token = form.elements.token.value
    this.place = `unsaved:${location.pathname.split('/').slice(0, 3).join('/')}:${this.token}`
    this.sent = this.values()
    this.changed = {}
    this.key = this.importKey()
    form.addEventListener('input', () => this.notice())
    form.addEventListener('change', () => this.notice())
    form.addEventListener('submit', event => this.submit(event))
    addEventListener('online', () => this.send())
    this.recover()
  }

  values() {
    const found = {}
    for (const [name, value] of new FormData(this.form)) if (name !== 'token' && name !== 'form') found[name] = value
    for (const box of this.form.querySelectorAll('input[type=checkbox]')) found[box.name] = box.checked ? box.value : ''
    return found
  }

  notice() {
    const now = this.values()
    for (const [name, value] of Object.entries(now)) if (value !== (this.sent[name] ?? '')) this.changed[name] = value
    this.store()
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.send(), WAIT)
  }

  async send() {
    clearTimeout(this.timer)
    if (this.busy || !Object.keys(this.changed).length) return !Object.keys(this.changed).length
    this.busy = true
    const fields = this.changed
    this.changed = {}
    const ok = await this.post(fields)
    this.busy = false
    this.failed = !ok
    if (!ok) {
      this.changed = { ...fields, ...this.changed }
      this.store()
      this.timer = setTimeout(() => this.send(), AGAIN)
      return false
    }
    this.sent = { ...this.sent, ...fields }
    if (Object.keys(this.changed).length) this.timer = setTimeout(() => this.send(), WAIT)
    else {
      this.forget()
      this.goOn()
    }
    return true
  }

  async post(fields) {
    let answer
    try {
      answer = await fetch(this.form.dataset.autosave, {
        method: 'POST', headers: { 'Content-Type': 'application/json', Accept: 'application/json' }, redirect: 'manual',
        body: JSON.stringify({ token: this.token, n: this.n, fields }),
      })
    } catch {
      this.say(this.form.dataset.saidOffline, true)
      return false
    }
    if (answer.type === 'opaqueredirect' || answer.status === 401) {
      this.say(this.form.dataset.saidSession, true)
      return false
    }
    if (!answer.ok) {
      if (answer.status >= 500) this.say(this.form.dataset.saidOffline, true)
      return answer.status < 500 // what the server refuses for good is not sent for ever; saving the form says why
    }
    const told = await answer.json()
    this.n = told.n
    this.take(told.changes || {})
    const others = told.others?.length ? ` · ${this.form.dataset.saidOthers.replace('{names}', told.others.join('、'))}` : ''
    this.say(this.form.dataset.saidSaved.replace('{time}', told.at) + others)
    return true
  }

  // what a colleague changed appears, unless it is being typed in right here
  take(changes) {
    for (const [name, value] of Object.entries(changes)) {
      if (name in this.changed || document.activeElement?.name === name) continue
      this.put(name, value)
      this.sent[name] = value
    }
  }

  put(name, value) {
    const field = this.form.elements[name]
    if (!field) return
    if (field instanceof RadioNodeList) field.value = value
    else if (field.type === 'checkbox') field.checked = value !== ''
    else field.value = value
  }

  say(text, care = false) {
    if (!this.said) return
    this.said.textContent = text
    this.said.classList.toggle('error', care)
  }

  // with the connection gone the form waits here, and goes off by itself as soon as everything is saved
  async submit(event) {
    if (this.leaving || !(this.failed || this.busy || navigator.onLine === false)) {
      sessionStorage.setItem('submitted', this.place)
      return
    }
    event.preventDefault()
    this.waiting = event.submitter ?? this.form.querySelector('button')
    this.changed = { ...this.values(), ...this.changed }
    await this.send()
  }

  goOn() {
    if (!this.waiting) return
    this.leaving = true
    this.form.requestSubmit(this.waiting)
  }

  // ---- what is not saved yet, on this computer ----

  async importKey() {
    const hex = this.form.dataset.key
    if (!hex || !globalThis.crypto?.subtle) return null
    const bytes = Uint8Array.from(hex.match(/../g), pair => parseInt(pair, 16))
    return crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt'])
  }

  async store() {
    const key = await this.key
    if (!key) return
    const iv = crypto.getRandomValues(new Uint8Array(12))
    const words = new TextEncoder().encode(JSON.stringify(this.changed))
    const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, words))
    if (Object.keys(this.changed).length) localStorage.setItem(this.place, btoa(String.fromCharCode(...iv, ...sealed)))
  }

  async recover() {
    const before = sessionStorage.getItem('submitted')
    sessionStorage.removeItem('submitted')
    if (before && new URLSearchParams(location.search).has('saved')) localStorage.removeItem(before)
    const key = await this.key
    if (!key) return
    const mine = localStorage.getItem(this.place) ? this.place : this.n || this.form.dataset.call ? null : this.left()
    if (!mine) return
    try {
      const bytes = Uint8Array.from(atob(localStorage.getItem(mine)), sign => sign.charCodeAt(0))
      const words = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: bytes.slice(0, 12) }, key, bytes.slice(12))
      this.adopt(mine, JSON.parse(new TextDecoder().decode(words)))
    } catch {
      localStorage.removeItem(mine) // sealed for another person: nothing here can read it
    }
  }

  // an empty form takes up what another one could not save before its window was closed
  left() {
    const begins = this.place.slice(0, -this.token.length)
    return Object.keys(localStorage).find(name => name.startsWith(begins))
  }

  adopt(place, found) {
    this.token = place.split(':').pop()
    this.form.elements.token.value = this.token
    this.place = place
    for (const [name, value] of Object.entries(found)) this.put(name, value)
    this.changed = { ...found, ...this.changed }
    this.say(this.form.dataset.saidFound)
    this.send()
  }

  forget() {
    localStorage.removeItem(this.place)
  }
}

for (const form of document.querySelectorAll('form[data-autosave]')) new Autosave(form)
