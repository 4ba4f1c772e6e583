"""Templates of validation screens, none of which training has."""

from __future__ import annotations

from benchmarks.training_data.scene import Scene, escaped


def settings(scene: Scene) -> str:
    """Return settings with the browser's own controls: sliders, boxes, lists, meters."""
    rng = scene.rng
    groups = []
    for _ in range(9):
        rows = []
        for _ in range(rng.randrange(3, 7)):
            value = rng.randrange(101)
            control = rng.choice(
                (
                    f"<input type=range value={value}>",
                    f"<input type=range value={value}>",
                    f"<input type=checkbox {'checked' if value > 50 else ''}>",
                    f"<select><option>{scene.phrase(2)}</select>",
                    f"<progress value={value} max=100></progress>",
                    f"<meter value={value} max=100 low=30 high=80></meter>",
                    f"<input value='{value}' size=6>",
                    f"<input type=color value='#{rng.randrange(16**6):06x}'>",
                )
            )
            rows.append(f"<label><span>{scene.phrase(4)}</span>{control}</label>")
        groups.append(f"<fieldset><legend>{scene.phrase(2)}</legend>{''.join(rows)}</fieldset>")
    css = f"""form{{columns:{rng.choice((1, 2, 2))};padding:1em}}
input,progress,meter{{accent-color:{scene.theme.accent}}}
fieldset{{break-inside:avoid;border:1px solid {scene.theme.line};margin-bottom:1em;
background:{scene.theme.surface}}}
label{{display:flex;justify-content:space-between;gap:1em;padding:.25em}}"""
    return scene.document(
        f"<h2 style='padding:0 .7em'>{scene.phrase(2)}</h2><form>{''.join(groups)}</form>", css
    )


def review(scene: Scene) -> str:
    """Return a change of code: removed and added lines, two columns of numbers, remarks."""
    rng, theme = scene.rng, scene.theme
    red, green = ("#5b1a1a", "#13411f") if theme.dark else ("#ffdddd", "#d4f7d4")
    text, _ = scene.texts.code(100)
    rows = []
    for number, line in enumerate(text.splitlines(), start=rng.randrange(1, 900)):
        colour, sign = rng.choice((("", " "), ("", " "), ("", " "), (red, "-"), (green, "+")))
        rows.append(
            f"<tr style='background:{colour}'><td>{number}<td>{number + 3}<td>"
            f"{sign} {escaped(line) or ' '}</tr>"
        )
        if rng.random() < 0.03:
            remark = (
                f"<b>{scene.phrase(2)}</b><p>{scene.paragraph(2)}</p><span class=button>"
                f"{scene.phrase(1)}</span>"
            )
            rows.append(f"<tr><td><td><td><div class=card style='padding:.6em'>{remark}</div></tr>")
    css = f"""table{{font:{rng.choice((11, 12, 13, 14))}px/1.4 {theme.mono};width:100%}}
td{{padding:0 .7em;white-space:pre}}
td:nth-child(-n+2){{color:{theme.muted};text-align:right;width:3em}}"""
    head = (
        f"<div class=bar style='padding:.5em 1em'><h2>{scene.phrase(6)}</h2><span class=chip>"
        f"{scene.phrase(1)}</span></div>"
    )
    return scene.document(f"{head}<table dir=ltr>{''.join(rows)}</table>", css)


def invoice(scene: Scene) -> str:
    """Return a letter with a table of amounts and small print."""
    rng, theme = scene.rng, scene.theme
    rows = "".join(
        f"<tr><td>{index}<td>{scene.phrase(6)}<td>{rng.randrange(1, 40)}<td>{scene.texts.number(5)}"
        f"<td>{scene.texts.number(6)}</tr>"
        for index in range(1, rng.randrange(8, 26))
    )
    css = f"""body{{padding:5%;background:{rng.choice(("white", theme.page))}}}
body{{color:{rng.choice(("black", theme.ink))}}}
table{{width:100%}} td{{border-bottom:1px solid #999;padding:.3em .5em}} td:nth-child(n+3){{text-align:end}}
footer{{font-size:.62em;columns:3;margin-top:2em}}"""
    return scene.document(
        f"<div class=row><div class=grow><h1>{scene.phrase(2)}</h1>{scene.phrase(3)}<br>"
        f"{scene.phrase(3)}</div>"
        f"<div style='font-size:2.6em;color:{theme.accent}'>&#9670; {scene.phrase(1)}</div></div>"
        f"<p>{scene.paragraph(2)}</p><table>{rows}</table><p><b>{scene.texts.number(7)} €</b></p>"
        f"<footer>{scene.paragraph(12)}</footer>",
        css,
    )


def newspaper(scene: Scene) -> str:
    """Return the first page of a newspaper: headlines of several sizes, narrow columns, photographs."""
    rng = scene.rng
    stories = []
    for _ in range(10):
        picture = scene.photograph(280, 180, "max-width:100%") if rng.random() < 0.5 else ""
        stories.append(
            f"<section><h2 style='font-size:{rng.uniform(1.1, 2.2):.2f}em'>{scene.phrase(6)}</h2>{picture}"
            f"<p>{scene.paragraph(5)}</p></section>"
        )
    css = f"""main{{columns:{rng.choice((2, 3, 4))};column-rule:1px solid {scene.theme.line};padding:0 1em;
text-align:justify}}
header{{text-align:center;border-bottom:3px double {scene.theme.ink};margin:0 1em}}"""
    head = (
        f"<header><h1 style='font-size:3em'>{scene.phrase(3)}</h1>"
        f"{scene.texts.number()} · {scene.phrase(4)}</header>"
    )
    return scene.document(f"{head}<main>{''.join(stories)}</main>", css)


def video_player(scene: Scene) -> str:
    """Return a film that is paused, with its controls, subtitles and a list of others."""
    rng, theme = scene.rng, scene.theme
    others = "".join(
        f"<div class=row style='margin-bottom:.6em'>{scene.photograph(112, 63)}<div><b>"
        f"{scene.phrase(4)}</b><br>"
        f"<span class=muted>{scene.texts.number(5)} · "
        f"{rng.randrange(1, 59)}:{rng.randrange(60):02}</span></div></div>"
        for _ in range(12)
    )
    film = scene.photograph(560, 315, "width:100%;height:auto;display:block")
    subtitle = (
        f"<div style='position:absolute;bottom:12%;width:100%;text-align:center;color:white'>"
        f"<span style='background:#000b'>{scene.phrase(6)}</span></div>"
    )
    controls = (
        f"<div class=row style='position:absolute;bottom:0;width:100%;background:#000a;color:white;"
        f"padding:.3em'>&#9654; <input type=range class=grow value={rng.randrange(101)} "
        f"style='accent-color:red'> {rng.randrange(60)}:{rng.randrange(60):02} &#9881;</div>"
    )
    remarks = "".join(f"<p><b>{scene.phrase(2)}</b> {scene.paragraph(2)}</p>" for _ in range(7))
    return scene.document(
        f"<div style='display:flex;gap:1em;padding:1em'><div style='flex:2'>"
        f"<div style='position:relative'>{film}{subtitle}{controls}</div>"
        f"<h2>{scene.phrase(6)}</h2>{remarks}</div>"
        f"<div style='flex:1;border-top:2px solid {theme.accent}'>{others}</div></div>"
    )


def board(scene: Scene) -> str:
    """Return a board of cards in columns, with labels and dates."""
    rng, theme = scene.rng, scene.theme
    columns = []
    for _ in range(rng.randrange(3, 6)):
        cards = "".join(
            f"<div class=card style='padding:.6em;margin:.5em;border-inline-start:4px solid "
            f"hsl({rng.randrange(360)} 80% 50%)'>"
            f"<b>{scene.phrase(5)}</b><p>{scene.sentence()}</p><span class=chip>{scene.phrase(1)}</span> "
            f"<span class=muted>{rng.randrange(1, 29)}.{rng.randrange(1, 13)}.</span></div>"
            for _ in range(9)
        )
        columns.append(
            f"<div style='flex:1;min-width:0;border:1px dashed {theme.line}'><h3>"
            f"&nbsp;{scene.phrase(2)}</h3>{cards}</div>"
        )
    return scene.document(f"<div style='display:flex;gap:.6em;padding:.6em'>{''.join(columns)}</div>")


def mixer(scene: Scene) -> str:
    """Return a mixing desk: upright faders, meters of many thin bars, knobs, a waveform."""
    rng, theme = scene.rng, scene.theme
    wave = "".join(
        f"<path d='M{x} {60 - h:.0f}V{60 + h:.0f}' stroke='{theme.accent}'/>"
        for x in range(0, 1600, 2)
        for h in [56 * rng.random() ** 2]
    )
    strips = []
    for _ in range(16):
        level, place, turn = rng.randrange(4, 30), rng.randrange(6, 150), rng.randrange(-130, 130)
        meter = "".join(
            f"<i style='display:block;height:4px;margin-top:1px;"
            f"background:{'#333' if step < 30 - level else '#f33' if step < 5 else '#3d3'}'></i>"
            for step in range(30)
        )
        knob = (
            f"<svg width=36 height=36><circle cx=18 cy=18 r=14 fill='{theme.page}' "
            f"stroke='{theme.ink}'/><path d='M18 18V5' stroke='{theme.second}' stroke-width=3 "
            f"transform='rotate({turn} 18 18)'/></svg>"
        )
        fader = (
            f"<div style='position:relative;width:30px;background:linear-gradient(90deg,transparent "
            f"48%,{theme.ink} 48% 52%,transparent 52%)'>"
            f"<b style='position:absolute;top:{place}px;left:3px;width:24px;height:14px;"
            f"background:linear-gradient(#eee,#666)'></b></div>"
        )
        strips.append(
            f"<div class=card style='padding:5px;text-align:center'>"
            f"{knob}<div style='display:flex;height:170px'>{fader}<div style='width:12px'>"
            f"{meter}</div></div><small>{scene.phrase(1)[:7]}</small></div>"
        )
    return scene.document(
        f"<svg width=100% height=120 style='background:{theme.surface}'>{wave}</svg>"
        f"<div style='display:flex;flex-wrap:wrap;gap:4px;padding:4px' dir=ltr>"
        f"{''.join(strips * 2)}</div>"
    )


def formulas(scene: Scene) -> str:
    """Return a page of a textbook: prose, formulas, a figure of thin lines."""
    rng, theme = scene.rng, scene.theme

    def term(depth: int) -> str:
        if depth == 0 or rng.random() < 0.2:
            return (
                f"<mi>{rng.choice('abcknxyzβλμωΩΣ')}</mi>"
                if rng.random() < 0.7
                else f"<mn>{rng.randrange(10)}</mn>"
            )
        first, second = term(depth - 1), term(depth - 1)
        return rng.choice(
            (
                f"<mfrac><mrow>{first}</mrow><mrow>{second}</mrow></mfrac>",
                f"<msup><mrow>{first}</mrow><mrow>{second}</mrow></msup>",
                f"<msqrt>{first}<mo>+</mo>{second}</msqrt>",
                f"<mrow>{first}<mo>{rng.choice('+·=≤∈→')}</mo>{second}</mrow>",
                f"<munderover><mo>{rng.choice('∑∏∫')}</mo><mrow>{first}</mrow><mi>n</mi>"
                f"</munderover>{second}",
            )
        )

    parts = []
    for number in range(12):
        parts.append(
            f"<p>{scene.paragraph(3)}</p><math display=block>{term(4)}<mo>=</mo>{term(3)}<mtext>"
            f" ({number + 1})</mtext></math>"
        )
        if rng.random() < 0.3:
            lines = "".join(f"<path d='M0 {y}Q160 {rng.randrange(200)} 320 {y}'/>" for y in range(0, 200, 5))
            parts.append(
                f"<svg width=320 height=200 fill=none stroke='{theme.ink}' stroke-width=.7>{lines}</svg>"
            )
    return scene.document(
        f"<main style='columns:{rng.choice((1, 2))};padding:2em 3em;text-align:justify'>"
        f"{''.join(parts)}</main>"
    )


VALIDATION_PAGES = (settings, review, invoice, newspaper, video_player, board, mixer, formulas)
