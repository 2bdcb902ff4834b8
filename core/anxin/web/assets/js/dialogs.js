// Dialogs arrive by htmx as <dialog data-open> in #sheet, or lie in the page and are opened by data-opens="id".
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

document.addEventListener('htmx:after:swap', () => {
  const arrived = document.querySelector('dialog[data-open]:not([open])')
  if (arrived) show(arrived)
})
