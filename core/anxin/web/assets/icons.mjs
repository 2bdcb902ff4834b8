// The Lucide glyphs that pages may name in icon("…"); the sprite holds these and no others.
export const icons = [
  // places
  'house', 'clipboard-list', 'calendar-days', 'calendar-check', 'phone', 'user-round', 'headset', 'chart-column', 'blocks', 'palette',
  'building-2', 'users', 'users-round', 'user-plus', 'user-check', 'shield-check', 'shield', 'qr-code', 'trophy', 'settings', 'bell', 'book-open', 'hand-heart',
  'map-pin', 'network', 'key-round', 'scroll-text', 'history', 'log-in', 'log-out', 'mail', 'message-square', 'briefcase', 'inbox', 'star', 'award', 'list-checks', 'megaphone',
  // acts
  'check', 'x', 'plus', 'minus', 'search', 'download', 'upload', 'printer', 'pencil', 'trash-2', 'copy', 'ellipsis', 'eye', 'eye-off', 'filter', 'refresh-cw', 'link', 'external-link', 'send', 'power', 'undo-2',
  'chevron-right', 'chevron-left', 'chevron-down', 'arrow-left', 'arrow-right', 'menu',
  // states
  'clock', 'circle-check', 'circle-x', 'circle-help', 'circle-dot', 'triangle-alert', 'info', 'lock', 'loader-circle', 'timer', 'flag',
  // care and mood
  'heart-handshake', 'heart', 'message-circle-heart', 'leaf', 'sprout', 'wind', 'sun', 'moon', 'cloud-sun', 'cloud-rain',
  'laugh', 'smile', 'meh', 'frown', 'annoyed',
  // reading
  'languages', 'a-large-small', 'file-text', 'table',
]
