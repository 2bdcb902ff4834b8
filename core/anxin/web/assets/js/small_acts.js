// Print, copy, show a secret, pick a colour, count the seconds of a call.
import { say } from './hypermedia.js'

const acts = {
  print: () => print(),
  copy: async button => {
    const field = document.getElementById(button.dataset.from)
    await navigator.clipboard.writeText(field.value ?? field.textContent)
    say(button.dataset.done)
  },
  reveal: button => {
    const field = document.getElementById(button.dataset.from)
    field.type = field.type === 'password' ? 'text' : 'password'
    button.setAttribute('aria-pressed', String(field.type === 'text'))
  },
  pick: button => {
    const field = document.getElementById(button.dataset.from)
    field.value = button.value
    field.dispatchEvent(new Event('change', { bubbles: true }))
  },
}

document.addEventListener('click', event => {
  const button = event.target.closest('[data-act]')
  acts[button?.dataset.act]?.(button)
})

const two = n => String(n).padStart(2, '0')

for (const timer of document.querySelectorAll('[data-timer]')) {
  const start = Date.now() - Number(timer.dataset.timer || 0) * 1000
  setInterval(() => {
    const seconds = Math.floor((Date.now() - start) / 1000)
    timer.textContent = `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`
  }, 1000)
}
