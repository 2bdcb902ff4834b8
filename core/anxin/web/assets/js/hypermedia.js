// htmx with evaluation switched off: attributes may name requests and targets, never code.
import htmx from 'htmx.org'

window.htmx = htmx

function refuse() {
  throw new Error('evaluating script from attributes is switched off')
}

htmx.registerExtension('no-eval', { init: api => api.initSecurity(null, refuse, refuse) })

// a failed request leaves the page as it is ("已填写的内容都还在") and says so
const toast = () => document.getElementById('toast')

export function say(text) {
  const place = toast()
  if (!place || !text) return
  place.textContent = text
  clearTimeout(say.timer)
  say.timer = setTimeout(() => { place.textContent = '' }, 6000)
}

document.addEventListener('htmx:response:error', e => {
  if ((e.detail.ctx?.response?.status ?? 0) >= 500) say(toast()?.dataset.failed)
})
document.addEventListener('htmx:error', e => {
  if (e.detail.ctx && !e.detail.ctx.response) say(toast()?.dataset.offline)
})
