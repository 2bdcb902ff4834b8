// Theme and text size change at once; the server keeps them in cookies, so the next page comes without a flash.
const root = document.documentElement
const YEAR = 31536000

function remember(name, value) {
  const secure = location.protocol === 'https:' ? ';secure' : ''
  document.cookie = `${name}=${value};path=/;max-age=${YEAR};samesite=lax${secure}`
}

const dark = () => (root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches)
const change = {
  theme: () => (dark() ? 'light' : 'dark'),
  size: () => (root.dataset.size === 'large' ? '' : 'large'),
}

document.addEventListener('submit', event => {
  const button = event.submitter
  const kind = button?.dataset.pref
  if (!kind) return
  event.preventDefault()
  const value = change[kind]()
  if (value) root.dataset[kind] = value
  else delete root.dataset[kind]
  remember(kind, value)
  button.setAttribute('aria-pressed', String(value === 'dark' || value === 'large'))
  dispatchEvent(new Event('themechange'))
})
