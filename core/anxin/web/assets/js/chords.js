// A chord presses a button or follows a link: data-chord="Alt+C". The element says it in words, too.
document.addEventListener('keydown', event => {
  if (!event.altKey || event.ctrlKey || event.metaKey) return
  for (const target of document.querySelectorAll('[data-chord]')) {
    const key = target.dataset.chord.split('+').pop().toLowerCase()
    // with Alt some systems make another letter of it: the key's place counts then
    if (event.key.toLowerCase() === key || event.code === `Key${key.toUpperCase()}`) {
      event.preventDefault()
      target.click()
      return
    }
  }
})
