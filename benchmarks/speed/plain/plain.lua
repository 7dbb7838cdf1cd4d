-- What pandoc itself does not do for a report, and every plain pipeline adds: numbers of headings, figures and tables,
-- the words of references; and for HTML notes at their calls, sections and contents, in the markup that the press's
-- style sheets know (see pipeline/document.py), so that both set the same pages.

local html = FORMAT:match("html") ~= nil

local function label_of(id)
  local kind, number = id:match("^(%a+)%-(%d[%d-]*)$")
  if not kind then return nil end
  number = number:gsub("%-", ".")
  if kind == "fig" then return "Figure " .. number .. ".1" end
  if kind == "tbl" then return "Table " .. number end
  return number
end

local function span(class, text)
  return pandoc.Span({ pandoc.Str(text) }, pandoc.Attr("", { class }))
end

-- The specimens write "[section or figure](#id)" and "[page](#id){.pageref}".
local function link(element)
  local target = element.target:match("^#(.+)$")
  local label = target and label_of(target)
  if not label then return nil end
  if element.classes:includes("pageref") then
    if html then return nil end -- plain.css writes the number
    return pandoc.RawInline("typst", string.format(
      "#link(<%s>)[page~#context counter(page).at(<%s>).first()]", target, target))
  end
  element.content = { pandoc.Str(target:match("^sec") and "Section " .. label or label) }
  if html then element.classes:insert("ref") end
  return element
end

-- ---------------------------------------------------------------- HTML alone

local notes = 0

local function note(element)
  notes = notes + 1
  local mark = tostring(notes)
  local call = pandoc.Link({ pandoc.Str(mark) }, "#note-" .. mark, "",
    pandoc.Attr("noteref-" .. mark, { "noteref" }, { role = "doc-noteref" }))
  local text = pandoc.utils.blocks_to_inlines(element.content)
  text:insert(1, pandoc.Link({ pandoc.Str(mark) }, "#noteref-" .. mark, "",
    pandoc.Attr("", { "backlink" }, { role = "doc-backlink" })))
  return { call, pandoc.Span(text, pandoc.Attr("note-" .. mark, { "footnote" }, { role = "doc-footnote" })) }
end

local function captioned(caption, id)
  local words = pandoc.Span(pandoc.utils.blocks_to_inlines(caption.long), pandoc.Attr("", { "caption" }))
  caption.long = { pandoc.Plain({ span("label", label_of(id)), pandoc.Space(), words }) }
  return caption
end

local function figure(element)
  element.classes:insert("figure")
  element.caption = captioned(element.caption, element.identifier)
  return element
end

local function mark_numbers(rows, columns)
  for _, row in ipairs(rows) do
    for place, cell in ipairs(row.cells) do
      if columns[place][1] == "AlignRight" then cell.classes:insert("number") end
    end
  end
end

local function boxed_table(element)
  if not element.identifier:match("^tbl%-") then return nil end
  element.classes:extend({ "table", "whole" })
  return element:walk({
    Table = function(inner)
      inner.caption = captioned(inner.caption, element.identifier)
      mark_numbers(inner.head.rows, inner.colspecs)
      for _, body in ipairs(inner.bodies) do
        body.row_head_columns = 1
        mark_numbers(body.body, inner.colspecs)
      end
      return inner
    end,
  })
end

local function raw(...)
  return pandoc.RawBlock("html", string.format(...))
end

local function escaped(text)
  return (text:gsub("&", "&amp;"):gsub("<", "&lt;"):gsub('"', "&quot;"))
end

local function opened(header, label, first)
  local class = label and (first and "chapter first" or "chapter") or "body works"
  local running = escaped(pandoc.utils.stringify(header.content))
  return raw('<section class="section %s" id="%s" data-running="%s">%s', class, header.identifier, running,
    label and '<div class="opener"></div>' or "")
end

local function line(header, label)
  return string.format('<li class="level-%d"><a href="#%s">%s%s</a></li>', header.level, header.identifier,
    label and '<span class="label">' .. label .. "</span>" or "", escaped(pandoc.utils.stringify(header.content)))
end

local function numbered(header, label)
  header.attributes["data-bookmark"] = (label and label .. " " or "") .. pandoc.utils.stringify(header.content)
  if label then
    header.content:insert(1, span("number", label))
    header.content:insert(2, pandoc.Space())
  end
  if header.level == 1 then header.identifier = "" end -- the section has it
  return header
end

-- The blocks of the report as contents and sections, each chapter under its band.
local function divided(blocks)
  local lines, body, chapters = {}, pandoc.Blocks({}), 0
  for _, block in ipairs(blocks) do
    if block.t == "Header" then
      local label = label_of(block.identifier)
      lines[#lines + 1] = line(block, label)
      if block.level == 1 then
        if chapters > 0 then body:insert(raw("</div></section>")) end
        chapters = chapters + 1
        body:insert(opened(block, label, chapters == 1))
      end
      body:insert(numbered(block, label))
      if block.level == 1 then body:insert(raw('<div class="matter">')) end
    else
      body:insert(block)
    end
  end
  body:insert(raw("</div></section>"))
  body:insert(1, raw([[<section class="contents-page" id="contents" data-running="Contents">
<h1 data-bookmark="Contents">Contents</h1>
<nav class="contents" role="doc-toc"><ul>%s</ul></nav></section>]], table.concat(lines, "\n")))
  return body
end

function Pandoc(document)
  local filters = html and { Link = link, Note = note, Figure = figure, Div = boxed_table } or { Link = link }
  document = document:walk(filters)
  if html then document.blocks = divided(document.blocks) end
  return document
end
