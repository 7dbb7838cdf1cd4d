// Reads an EPUB in a real reading system in a real browser, and tells in JSON what it saw.
//
//   node read.mjs BOOK.epub CHROMIUM FOLDER
//
// Screenshots go to FOLDER. Nothing but this machine is asked: every other address is refused and counted.

import { createServer } from 'node:http'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const [book, browserPath, folder] = process.argv.slice(2)
const here = dirname(fileURLToPath(import.meta.url))
const library = dirname(createRequire(import.meta.url).resolve('foliate-js/view.js'))
const types = { '.html': 'text/html', '.js': 'text/javascript', '.epub': 'application/epub+zip' }

const server = createServer(async (request, response) => {
  const path = normalize(new URL(request.url, 'http://localhost').pathname)
  const file = path === '/' ? join(here, 'shell.html')
    : path === '/book.epub' ? book
    : path.startsWith('/foliate-js/') ? join(library, path.slice('/foliate-js/'.length))
    : null
  try {
    const data = await readFile(file)
    response.writeHead(200, { 'content-type': types[extname(file)] ?? 'text/plain' })
    response.end(data)
  } catch {
    response.writeHead(404).end()
  }
})
await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
const origin = `http://127.0.0.1:${server.address().port}`

const browser = await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
const seen = { refused: [], errors: [], screenshots: [] }

async function opened(options = {}) {
  const page = await browser.newPage({ viewport: { width: 600, height: 800 }, ...options })
  await page.route(url => !url.href.startsWith(origin) && !url.href.startsWith('blob:'), route => {
    seen.refused.push(route.request().url())
    return route.abort()
  })
  page.on('pageerror', error => seen.errors.push(String(error)))
  page.on('console', message => { if (message.type() === 'error') seen.errors.push(message.text()) })
  await page.goto(origin)
  await page.waitForFunction(() => window.reader?.ready)
  const facts = await page.evaluate(() => window.reader.open('/book.epub'))
  return { page, facts }
}

async function shot(page, name) {
  await settled(page)
  await page.screenshot({ path: join(folder, `${name}.png`) })
  seen.screenshots.push(`${name}.png`)
}

// The view tells its place after its animation; it is there when it tells the same twice.
async function settled(page) {
  let before = null
  for (let turn = 0; turn < 100; turn++) {
    const now = await page.evaluate(() => JSON.stringify(window.reader.location))
    if (now === before && turn > 3) return JSON.parse(now)
    before = now
    await page.waitForTimeout(50)
  }
  throw new Error('the reading system does not come to rest')
}

const place = page => settled(page)

// The frame of the book that holds an element.
async function frameWith(page, selector) {
  for (const frame of page.frames()) {
    if (frame !== page.mainFrame() && await frame.locator(selector).count()) return frame
  }
  return null
}

// Whether an element of the book is on the screen.
const visible = locator => locator.evaluate(element => {
  const box = element.getBoundingClientRect()
  const frame = element.ownerDocument.defaultView.frameElement.getBoundingClientRect()
  const left = box.left + frame.left
  return left >= 0 && left < window.top.innerWidth
})

try {
  const { page, facts } = await opened()
  Object.assign(seen, facts)
  await shot(page, 'cover')

  // Every page turn leads further, from the cover to the end of the first pages of text.
  seen.turns = [await place(page)]
  for (let turn = 0; turn < 8; turn++) {
    await page.evaluate(() => window.reader.view.next())
    seen.turns.push(await place(page))
  }

  // Every page of the page list can be gone to.
  seen.jumps = []
  for (const label of facts.pages) {
    await page.evaluate(wanted => window.reader.goToPage(wanted), label)
    const there = await place(page)
    const marker = `[role=doc-pagebreak][aria-label="${label}"]`
    const frame = await frameWith(page, marker)
    seen.jumps.push({ wanted: label, ...there, visible: frame !== null && await visible(frame.locator(marker)) })
    if (label === facts.pages.at(Math.floor(facts.pages.length / 2))) await shot(page, 'page-of-the-list')
  }

  // To a note and back: the first call of a numbered page, and the number before the note.
  let calls = null
  for (const label of facts.pages.filter(label => /^\d+$/.test(label))) {
    await page.evaluate(wanted => window.reader.goToPage(wanted), label)
    await settled(page)
    calls = await frameWith(page, 'a[role=doc-noteref]')
    if (calls) break
  }
  const call = calls.locator('a[role=doc-noteref]').first()
  seen.call = { mark: await call.textContent(), id: await call.getAttribute('id') }
  await call.evaluate(element => element.click())
  await settled(page)
  const note = calls.locator('[role=doc-footnote]').first()
  seen.note = { text: (await note.textContent()).trim(), visible: await visible(note), callVisible: await visible(call) }
  await shot(page, 'note')
  await note.locator('a[role=doc-backlink]').evaluate(element => element.click())
  await settled(page)
  seen.back = { visible: await visible(call), noteVisible: await visible(note) }
  await shot(page, 'back-at-the-call')

  // The same note, opened in place.
  await page.evaluate(() => { window.reader.popUps = true })
  await call.evaluate(element => element.click())
  await page.waitForFunction(() => window.reader.note)
  seen.popUp = await page.evaluate(() => window.reader.note)
  await shot(page, 'note-in-place')
  await page.close()

  // Night, very large type and the reader's own face: the colours of text and ground are the reader's.
  const night = await opened({ colorScheme: 'dark' })
  await night.page.evaluate(() => window.reader.view.renderer.setStyles(
    'html { color-scheme: dark; color: #eee; background: #111; font-size: 200% !important } body { font-family: monospace !important }'))
  seen.night = []
  for (const label of facts.pages.filter(label => /^\d+$/.test(label))) {
    await night.page.evaluate(wanted => window.reader.goToPage(wanted), label)
    await settled(night.page)
    for (const frame of night.page.frames().slice(1)) {
      seen.night.push(...await frame.evaluate(() => {
        const wrong = []
        for (const element of document.body.querySelectorAll('*')) {
          const own = [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim())
          const style = getComputedStyle(element)
          if (own && style.color !== 'rgb(238, 238, 238)') wrong.push(`${element.localName} ${style.color}`)
          if (own && style.backgroundColor !== 'rgba(0, 0, 0, 0)') wrong.push(`${element.localName} on ${style.backgroundColor}`)
        }
        return wrong
      }))
    }
    if (label === '3' || label === '10') await shot(night.page, `night-${label}`)
  }
  await night.page.close()

  // A narrow screen: nothing is wider than it.
  const small = await opened({ viewport: { width: 360, height: 640 } })
  seen.wide = []
  for (const label of facts.pages.filter(label => /^\d+$/.test(label))) {
    await small.page.evaluate(wanted => window.reader.goToPage(wanted), label)
    await settled(small.page)
    for (const frame of small.page.frames().slice(1)) {
      seen.wide.push(...await frame.evaluate(() => {
        const column = parseFloat(getComputedStyle(document.documentElement).columnWidth) || innerWidth
        return [...document.body.querySelectorAll('table, img, pre, p, h1, h2')]
          .filter(element => element.getClientRects()[0]?.width > column + 1)
          .map(element => `${element.localName} ${element.textContent.trim().slice(0, 40)} ${Math.round(element.getClientRects()[0].width)} > ${column}`)
      }))
    }
    if (['4', '11', '15'].includes(label)) await shot(small.page, `narrow-${label}`)
  }
  process.stdout.write(JSON.stringify(seen))
} finally {
  await browser.close()
  server.close()
}
