// Dialogs arrive by htmx as <dialog data-open> in #sheet, or lie in the page and are opened by data-opens="id".
import htmx from 'htmx.org'

function show(dialog) {
  dialog.removeAttribute('data-open')
  dialog.showModal()
}

document.addEventListener('click', event => {
  const opener = event.target.closest('[data-opens]')
  const target = opener && document.getElementById(opener.dataset.opens)
  if (target instanceof HTMLDialogElement) {
    event.preventDefault()
    show(target)
    return
  }
  const act = event.target.closest('[data-act=close]')
  const open = act?.closest('dialog')
  if (!open) return
  if (act.type !== 'submit' && act.localName !== 'a') event.preventDefault()
  open.close()
})

// A free time opens in the sheet. Some thousand stand on one page: none has attributes, or a listener, of its own.
document.addEventListener('click', event => {
  const time = event.target.closest('a.free, a.slot')
  if (!time || event.defaultPrevented || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
  event.preventDefault()
  time.setAttribute('hx-target', '#sheet') // from here htmx also tells the server where it goes
  htmx.ajax('GET', time.href, { source: time, event })
})

document.addEventListener('htmx:after:swap', () => {
  const arrived = document.querySelector('dialog[data-open]:not([open])')
  if (arrived) show(arrived)
})
