// After a swap the new heading takes the focus (screen readers start there); on a full page the error summary does.
document.addEventListener('htmx:after:swap', () => {
  if (document.querySelector('dialog[open]')) return
  const start = document.querySelector('main [data-focus]')
  if (!start) return
  start.focus({ preventScroll: true })
  scrollTo(0, 0)
})

document.querySelector('.summary[data-focus]')?.focus()
