// Bundles the sources of this folder into ../static/dist with hashed names, and writes manifest.json (logical → hashed
// name) for anxin.web.assets. Run by hatch_build.py from the repository's root, or by hand: npm run build.
import * as esbuild from 'esbuild'
import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { icons } from './icons.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const out = join(here, '..', 'static', 'dist')
const modules = join(process.cwd(), 'node_modules')

rmSync(out, { recursive: true, force: true })
mkdirSync(join(out, 'fonts'), { recursive: true })
const manifest = {}

async function bundle(entryPoints, extra) {
  const result = await esbuild.build({
    entryPoints: entryPoints.map(e => join(here, e)), outdir: out, outbase: here,
    entryNames: '[name]-[hash]', chunkNames: '[name]-[hash]',
    bundle: true, minify: true, metafile: true, legalComments: 'linked', logLevel: 'warning',
    // the oldest browsers we serve: WeCom's desktop web view, older iPhones
    target: ['chrome99', 'safari15.4', 'firefox100'], ...extra,
  })
  for (const [file, meta] of Object.entries(result.metafile.outputs)) {
    if (!meta.entryPoint) continue
    manifest[relative(here, join(process.cwd(), meta.entryPoint)).replace(/^(css|js)\//, '')] = relative(out, join(process.cwd(), file))
  }
}

// only the Lucide glyphs named in icons.mjs, as one SVG sprite
function sprite() {
  const symbols = icons.map(name => {
    const svg = readFileSync(join(modules, 'lucide-static', 'icons', `${name}.svg`), 'utf8')
    const inner = svg.replace(/<!--[\s\S]*?-->/g, '').match(/<svg[^>]*>([\s\S]*)<\/svg>/)[1].replace(/\s+/g, ' ').trim()
    return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">${inner}</symbol>`
  })
  const text = `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>`
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 8).toUpperCase()
  writeFileSync(join(out, `icons-${hash}.svg`), text)
  manifest['icons.svg'] = `icons-${hash}.svg`
}

// PDFs are set by typst, which embeds the glyphs it uses; the whole font stays here so that rare characters in names print
function fonts() {
  const source = join(modules, '@expo-google-fonts', 'noto-sans-sc')
  for (const weight of ['400Regular', '700Bold']) copyFileSync(join(source, weight, `NotoSansSC_${weight}.ttf`), join(out, 'fonts', `NotoSansSC-${weight}.ttf`))
  copyFileSync(join(source, 'LICENSE_FONT'), join(out, 'fonts', 'OFL.txt'))
}

await bundle(['css/app.css', 'css/print.css'])
await bundle(['js/app.js', 'js/charts.js', 'js/autosave.js'], { format: 'esm' })
sprite()
fonts()
writeFileSync(join(out, 'icons.json'), JSON.stringify(icons))
writeFileSync(join(out, 'manifest.json'), JSON.stringify(manifest, null, 1))
// compressed once here, so that no request pays for it
for (const file of Object.values(manifest)) {
  const packed = gzipSync(readFileSync(join(out, file)), { level: 9 })
  writeFileSync(join(out, `${file}.gz`), packed)
  console.log(file.padEnd(24), `${(packed.length / 1024).toFixed(1)} KB gzip`.padStart(16))
}
