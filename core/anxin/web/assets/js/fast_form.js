// Keyboard-first forms (form[data-fast]): in a group with data-digits a digit picks the n-th choice and moves on,
// Ctrl+Enter saves. A person may switch digits off: the server then leaves data-digits out.
function stops(form, group) {
  return [...form.querySelectorAll('fieldset[data-digits], input.input, select.input, textarea')].filter(s => !group.contains(s))
}

function moveOn(form, group) {
  const next = stops(form, group).find(s => group.compareDocumentPosition(s) & Node.DOCUMENT_POSITION_FOLLOWING)
  const field = next?.matches('fieldset') ? next.querySelector('input:checked') ?? next.querySelector('input') : next
  field?.focus()
}

document.addEventListener('keydown', event => {
  const form = event.target.closest?.('form[data-fast]') ?? document.querySelector('form[data-fast]')
  if (!form) return
  if ((event.ctrlKey || event.metaKey) && event.key === 'Enter') {
    event.preventDefault()
    form.requestSubmit()
    return
  }
  const group = event.target.closest?.('fieldset[data-digits]')
  if (!group || !/^[1-9]$/.test(event.key) || event.ctrlKey || event.altKey || event.metaKey) return
  const choice = group.querySelectorAll('input')[Number(event.key) - 1]
  if (!choice) return
  event.preventDefault()
  choice.checked = true
  choice.dispatchEvent(new Event('change', { bubbles: true }))
  moveOn(form, group)
})
