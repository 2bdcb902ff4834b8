// Passkeys: a form with data-passkey asks there for the browser's task, and posts the device's answer. Hidden without script
// or where the browser knows no passkeys. data-go: a form that a page wants sent at once.
import { say } from './hypermedia.js'

const bytes = text => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), c => c.charCodeAt(0))
const text = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')

function task(options) {
  const withIds = list => (list ?? []).map(one => ({ ...one, id: bytes(one.id) }))
  const made = { ...options, challenge: bytes(options.challenge) }
  if (options.user) made.user = { ...options.user, id: bytes(options.user.id) }
  if (options.excludeCredentials) made.excludeCredentials = withIds(options.excludeCredentials)
  if (options.allowCredentials) made.allowCredentials = withIds(options.allowCredentials)
  return made
}

function told({ id, type, rawId, response, authenticatorAttachment }) {
  const answer = { clientDataJSON: text(response.clientDataJSON) }
  for (const name of ['attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    if (response[name]) answer[name] = text(response[name])
  }
  return JSON.stringify({ id, type, rawId: text(rawId), response: answer, authenticatorAttachment, clientExtensionResults: {} })
}

async function ask(form) {
  const reply = await fetch(form.dataset.passkey, { method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } })
  if (reply.redirected) return location.assign(reply.url) // confirm first who you are
  if (!reply.ok) return say(document.getElementById('toast')?.dataset.failed)
  const publicKey = task(await reply.json())
  const made = 'passkeyNew' in form.dataset ? await navigator.credentials.create({ publicKey }) : await navigator.credentials.get({ publicKey })
  form.elements.credential.value = told(made)
  form.submit()
}

function prepare(root) {
  for (const form of root.querySelectorAll('form[data-passkey]')) if (window.PublicKeyCredential) form.hidden = false
  root.querySelector('form[data-go]')?.submit()
}

document.addEventListener('submit', event => {
  const form = event.target.closest('form[data-passkey]')
  if (!form || form.elements.credential.value) return
  event.preventDefault()
  ask(form).catch(problem => { if (problem.name !== 'NotAllowedError') say(document.getElementById('toast')?.dataset.failed) })
})
prepare(document)
document.addEventListener('htmx:after:swap', () => prepare(document))
