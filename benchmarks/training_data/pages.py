"""Templates of training pages that people read: articles, documentation, slides, mail, shops, chats, maps."""

from __future__ import annotations

from benchmarks.training_data.scene import EMOJI, Scene


def article(scene: Scene) -> str:
    """Return an article in one or more columns, with pictures between the paragraphs."""
    rng = scene.rng
    columns = rng.choice((1, 1, 2, 3))
    parts = [f"<h1>{scene.phrase(6)}</h1><p class=muted>{scene.phrase(4)} · {scene.texts.number()}</p>"]
    for _ in range(28):
        choice = rng.random()
        if choice < 0.15:
            parts.append(f"<h2>{scene.phrase(4)}</h2>")
        elif choice < 0.32:
            parts.append(scene.photograph(rng.randrange(140, 320), rng.randrange(100, 240), "margin:.3em"))
        elif choice < 0.42:
            parts.append(f"<blockquote class=muted><i>{scene.sentence()}</i></blockquote>")
        else:
            parts.append(
                f"<p>{scene.paragraph(rng.randrange(2, 6))} <span class=link>{scene.phrase(2)}</span></p>"
            )
    css = (
        f"main{{columns:{columns};column-gap:2em;padding:{rng.randrange(8, 50)}px;"
        f"max-width:{rng.choice((700, 2000))}px;margin:auto}}"
    )
    return scene.document(f"<main>{''.join(parts)}</main>", css)


def documentation(scene: Scene) -> str:
    """Return a page of documentation: a tree of links, prose, code and a table."""
    rng = scene.rng
    tree = "".join(
        f'<div class="one-line" style="padding:.15em {rng.choice((8, 22, 36))}px">'
        f"<span class={rng.choice(('link', 'muted', 'plain-text'))}>{scene.phrase(3)}</span></div>"
        for _ in range(40)
    )
    parts = [f"<h1>{scene.phrase(3)}</h1>"]
    for _ in range(6):
        parts.append(
            f"<h3>{scene.phrase(3)}</h3><p>{scene.paragraph(2)} <code>{scene.texts.phrase(1)}()</code></p>"
        )
        if rng.random() < 0.6:
            parts.append(
                f'<div class="mono" style="font-size:.88em">'
                f"{scene.code(rng.randrange(4, 14), numbers=False)}</div>"
            )
        if rng.random() < 0.4:
            rows = "".join(
                f"<tr><td><code>{scene.texts.phrase(1)}</code><td>{scene.sentence()}</tr>" for _ in range(4)
            )
            parts.append(f"<table>{rows}</table>")
    css = f"""nav{{width:{rng.randrange(150, 240)}px;font-size:.9em;background:{scene.theme.surface};
overflow:hidden}}
main{{flex:1;padding:0 1.6em;overflow:hidden}} td{{border:1px solid {scene.theme.line};padding:.25em .6em}}"""
    return scene.document(
        f'<div style="display:flex;height:100%"><nav>{tree}</nav><main>{"".join(parts)}</main></div>', css
    )


def slides(scene: Scene) -> str:
    """Return a slide: large type, a list, a chart or a photograph."""
    rng, theme = scene.rng, scene.theme
    points = "".join(f"<li>{scene.phrase(7)}</li>" for _ in range(rng.randrange(2, 6)))
    right = scene.chart(380, 300) if rng.random() < 0.5 else scene.photograph(360, 300)
    background = (
        f"linear-gradient({rng.randrange(360)}deg, {theme.page}, {theme.surface})"
        if rng.random() < 0.5
        else theme.page
    )
    css = f"""body{{background:{background};font-size:{rng.uniform(2.2, 3.4):.2f}vw;padding:4%}}
h1{{border-bottom:{rng.choice((1, 4, 8))}px solid {theme.accent};font-size:2em}} li{{margin:.5em 0}}"""
    return scene.document(
        f"<h1>{scene.phrase(5)}</h1><div class=row><ul class=grow>{points}</ul>{right}</div>"
        f'<p class=muted style="font-size:.5em">{scene.phrase(6)} · {rng.randrange(1, 60)}</p>',
        css,
    )


def mail(scene: Scene) -> str:
    """Return a mail program: folders, a list of mails, one mail."""
    rng, theme = scene.rng, scene.theme
    folders = "".join(
        f"<div class=row style='padding:.3em .6em'>{scene.icon(16)}<span class='grow one-line'>"
        f"{scene.phrase(2)}</span>"
        f"<span class=chip>{rng.randrange(1, 99)}</span></div>"
        for _ in range(16)
    )
    mails = "".join(
        f"<div style='padding:.5em;border-bottom:1px solid "
        f"{theme.line}{';background:' + theme.surface if index == 1 else ''}'>"
        f"<b class=one-line style='display:block'>{scene.phrase(3)}</b><div class=one-line>"
        f"{scene.sentence()}</div>"
        f"<div class='muted one-line'>{scene.sentence()}</div></div>"
        for index in range(16)
    )
    body = "".join(f"<p>{scene.paragraph(3)}</p>" for _ in range(7))
    head = f"<div class=row>{scene.avatar(40)}<div><h2>{scene.phrase(5)}</h2></div></div>"
    css = f".c{{overflow:hidden;height:100%;border-inline-end:1px solid {theme.line}}}"
    return scene.document(
        f"<div style='display:flex;height:100%'><div class=c style='width:17%'>{folders}</div>"
        f"<div class=c style='width:30%'>{mails}</div><div class='c grow' style='padding:1em'>"
        f"{head}{body}</div></div>",
        css,
    )


def shop(scene: Scene) -> str:
    """Return a grid of things to buy: photographs, names, prices, buttons."""
    rng = scene.rng
    width = rng.choice((120, 160, 200, 240))
    cards = "".join(
        f"<div class=card style='width:{width}px;overflow:hidden'>"
        f"{scene.photograph(width, int(0.75 * width))}"
        f"<div style='padding:.5em'><b class=one-line style='display:block'>{scene.phrase(3)}</b>"
        f"<span style='color:{scene.theme.second};font-size:1.2em'>{scene.texts.number(5)} €</span> "
        f"<s class=muted>{scene.texts.number(4)}</s><br><span style='color:#fa0'>"
        f"{'★' * rng.randrange(1, 6)}</span> "
        f"<span class=button>{scene.phrase(1)}</span></div></div>"
        for _ in range(30)
    )
    bar = (
        f"<div class='bar row' style='padding:.7em'>{scene.icon(24)}<b>{scene.phrase(2)}</b>"
        f"<span class=grow></span>{scene.icon(20)}{scene.icon(20)}</div>"
    )
    return scene.document(
        f"{bar}<div style='display:flex;flex-wrap:wrap;gap:14px;padding:14px'>{cards}</div>"
    )


def chat(scene: Scene) -> str:
    """Return a chat: bubbles left and right, emoji, pictures."""
    rng, theme = scene.rng, scene.theme
    bubbles = []
    for _ in range(18):
        mine = rng.random() < 0.4
        colour = (
            f"background:{theme.accent};color:{theme.on_accent}" if mine else f"background:{theme.surface}"
        )
        inside = scene.photograph(200, 140) if rng.random() < 0.12 else scene.sentence()
        smile = rng.choice(EMOJI) if rng.random() < 0.5 else ""
        bubbles.append(
            f"<div class=row style='margin:.4em;"
            f"flex-direction:{'row-reverse' if mine else 'row'}'>{scene.avatar(34)}"
            f"<div style='max-width:60%;padding:.5em .8em;border-radius:{theme.radius_px + 6}px;"
            f"{colour}'>{inside} {smile}"
            f"<div style='font-size:.7em;opacity:.7'>"
            f"{rng.randrange(24)}:{rng.randrange(60):02}</div></div></div>"
        )
    people = "".join(
        f"<div class=row style='padding:.5em'>{scene.avatar(38)}<div style='min-width:0'><b>"
        f"{scene.phrase(2)}</b>"
        f"<div class='muted one-line'>{scene.sentence()}</div></div></div>"
        for _ in range(14)
    )
    return scene.document(
        f"<div style='display:flex;height:100%'><div class=card style='width:32%;"
        f"overflow:hidden'>{people}</div>"
        f"<div class=grow style='overflow:hidden'>{''.join(bubbles)}</div></div>"
    )


def street_map(scene: Scene) -> str:
    """Return a map: blocks, streets of two widths, water, names, a panel."""
    rng = scene.rng
    land, street, water = rng.choice(
        (("#f2efe9", "#fff", "#aad3df"), ("#242f3e", "#38414e", "#17263c"), ("#e8f5d8", "#fc6", "#38f"))
    )
    shapes = [
        (
            f"<path d='M0 {rng.randrange(600)}Q400 {rng.randrange(600)} 900 "
            f"{rng.randrange(600)}T1600 {rng.randrange(800)}' stroke='{water}' "
            f"stroke-width='{rng.randrange(30, 140)}' fill='none'/>"
        )
    ]
    for _ in range(rng.randrange(60, 220)):
        x, y = rng.randrange(1600), rng.randrange(1200)
        shapes.append(
            f"<rect x='{x}' y='{y}' width='{rng.randrange(8, 60)}' "
            f"height='{rng.randrange(8, 60)}' fill='hsl({rng.choice((30, 100, 40))} 25% "
            f"{rng.randrange(40, 85)}%)' transform='rotate({rng.randrange(90)} {x} {y})'/>"
        )
    for _ in range(rng.randrange(20, 60)):
        a, b, c, d = rng.randrange(1600), rng.randrange(1200), rng.randrange(1600), rng.randrange(1200)
        width = rng.choice((2, 4, 8, 14))
        shapes.append(
            f"<path d='M{a} {b}L{c} {d}' stroke='#888' stroke-width='{width + 2}'/>"
            f"<path d='M{a} {b}L{c} {d}' stroke='{street}' stroke-width='{width}'/>"
        )
    ink = scene.theme.ink if land != "#242f3e" else "#ccc"
    for _ in range(70):
        x, y = rng.randrange(1600), rng.randrange(1200)
        shapes.append(
            f"<text x='{x}' y='{y}' font-size='{rng.randrange(8, 18)}' fill='{ink}' "
            f"stroke='{land}' stroke-width='2' paint-order='stroke' "
            f"transform='rotate({rng.choice((0, 0, 30, -45))} {x} {y})'>{scene.phrase(2)}</text>"
        )
    panel = (
        f"<div class=card style='position:absolute;top:16px;left:16px;width:260px;padding:1em'><h3>"
        f"{scene.phrase(2)}</h3><p>{scene.sentence()}</p><span class=button>{scene.phrase(1)}</span>"
        f" {scene.slider(120)}</div>"
    )
    return scene.document(
        f"<svg viewBox='0 0 1600 1200' preserveAspectRatio='xMidYMid slice' "
        f"style='position:absolute;width:100%;height:100%;background:{land}'>"
        f"{''.join(shapes)}</svg>{panel}"
    )


def start_page(scene: Scene) -> str:
    """Return a start page: a large photograph or gradient with type on it, cards below."""
    rng, theme = scene.rng, scene.theme
    background = f"linear-gradient({rng.randrange(360)}deg, {theme.accent}, {theme.second})"
    photograph = (
        scene.photograph(800, 330, "position:absolute;left:0;top:0;width:100%;object-fit:cover")
        if rng.random() < 0.6
        else ""
    )
    cards = "".join(
        f"<div class='card grow' style='padding:1em'>{scene.icon(40)}<h3>{scene.phrase(2)}</h3>"
        f"<p>{scene.paragraph(2)}</p></div>"
        for _ in range(9)
    )
    return scene.document(
        f"<div style='position:relative;height:330px;background:{background};overflow:hidden'>{photograph}"
        f"<div style='position:absolute;left:6%;top:25%;font-size:2em;color:white;text-shadow:0 "
        f"2px 6px #0008'><h1>{scene.phrase(3)}</h1>"
        f"<span class=button style='font-size:.6em'>{scene.phrase(2)}</span></div></div>"
        f"<div style='display:grid;grid-template-columns:1fr 1fr 1fr;gap:1em;padding:1.5em'>{cards}</div>"
    )


READING_PAGES = (article, documentation, slides, mail, shop, chat, street_map, start_page)
