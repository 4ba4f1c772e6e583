"""Templates of training pages that people work with: editors, terminals, sheets, dashboards, forms, files."""

from __future__ import annotations

from benchmarks.training_data.scene import Scene, escaped


def editor(scene: Scene) -> str:
    """Return a code editor: files at the side, tabs, coloured code, a status line."""
    rng, theme = scene.rng, scene.theme
    files = "".join(
        f"<div class='row one-line' style='padding:.1em {rng.choice((8, 20, 32))}px'>"
        f"{scene.icon(14)}{scene.texts.phrase(1).lower()}.{rng.choice(('py', 'c', 'h', 'toml', 'md'))}"
        f"</div>"
        for _ in range(45)
    )
    tabs = "".join(
        f"<span style='padding:.4em 1em;border-inline-end:1px solid {theme.line}'>"
        f"{scene.texts.phrase(1).lower()}.py</span>"
        for _ in range(4)
    )
    code = scene.code(90, numbers=rng.random() < 0.8)
    css = (
        f"pre{{margin:0;line-height:{rng.choice((1.2, 1.35, 1.5))}!important}} .highlight{{flex:1;"
        f"overflow:hidden;font-size:{rng.choice((11, 12, 13, 14, 16))}px}}"
    )
    return scene.document(
        f"<div style='display:flex;flex-direction:column;height:100%' dir=ltr>"
        f"<div class='bar row' style='gap:0'>{tabs}</div>"
        f"<div style='display:flex;flex:1;overflow:hidden'>"
        f"<div class=bar style='width:200px;overflow:hidden'>{files}</div>{code}</div>"
        f"<div class=row style='background:{theme.accent};color:{theme.on_accent};padding:.1em "
        f".8em;font-size:.85em'>{scene.texts.phrase(2)}<span class=grow></span>"
        f"Ln {rng.randrange(900)}, Col {rng.randrange(80)}</div></div>",
        css,
    )


def terminal(scene: Scene) -> str:
    """Return a terminal: prompts, listings, coloured words, bars of progress."""
    rng = scene.rng
    palette = rng.choice(
        (
            ("#000", "#ccc", "#0c0", "#c00", "#55f", "#cc0"),
            ("#300a24", "#eee", "#8ae234", "#ef2929", "#729fcf", "#fce94f"),
            ("#fdf6e3", "#586e75", "#859900", "#dc322f", "#268bd2", "#b58900"),
            ("#002b36", "#93a1a1", "#859900", "#dc322f", "#268bd2", "#b58900"),
            ("#fff", "#222", "#080", "#a00", "#00a", "#a50"),
        )
    )
    page, ink, *colours = palette
    lines: list[str] = []
    while len(lines) < 75:
        lines.append(
            f"<b style='color:{colours[0]}'>user@{scene.texts.phrase(1).lower()}</b>"
            f":<b style='color:{colours[2]}'>~/{scene.texts.phrase(1).lower()}</b>"
            f"$ {escaped(rng.choice(('make', 'ls -l', 'git log', 'pytest -q', 'cat README')))}"
        )
        kind = rng.randrange(4)
        for _ in range(rng.randrange(3, 16)):
            name = scene.texts.phrase(1).lower()
            if kind == 0:
                lines.append(
                    f"-rw-r--r-- 1 root root {rng.randrange(10**7):8} "
                    f"{rng.choice(('Jan', 'Mar', 'Nov'))} {rng.randrange(1, 29):2} "
                    f"{rng.randrange(24):02}:{rng.randrange(60):02} <span "
                    f"style='color:{rng.choice(colours)}'>{name}</span>"
                )
            elif kind == 1:
                lines.append(
                    f"<span style='color:{rng.choice(colours)}'>"
                    f"{rng.randrange(16**7):07x}</span> {scene.sentence()}"
                )
            elif kind == 2:
                part = rng.randrange(30)
                lines.append(
                    f"{name:<14} |<span style='color:{colours[0]}'>{'█' * part}</span>"
                    f"{' ' * (30 - part)}| {part / 0.3:5.1f}%"
                )
            else:
                lines.append(scene.sentence())
    size = rng.choice((11, 12, 13, 14, 16, 18))
    css = (
        f"body{{background:{page};color:{ink}}} pre{{font-size:{size}px;"
        f"line-height:{rng.choice((1.0, 1.15, 1.3))};margin:6px}}"
    )
    title = (
        (
            f"<div style='background:#444;color:#ddd;text-align:center;padding:4px;font-size:13px'>"
            f"{scene.texts.phrase(2)}</div>"
        )
        if rng.random() < 0.6
        else ""
    )
    return scene.document(f"{title}<pre dir=ltr>{chr(10).join(lines)}</pre>", css)


def spreadsheet(scene: Scene) -> str:
    """Return a sheet: letters and numbers at the edges, thin lines, figures, some cells in colour."""
    rng, theme = scene.rng, scene.theme
    columns, height = rng.randrange(8, 22), rng.choice((17, 20, 24))
    kinds = [rng.choice(("text", "number", "number", "number", "mark")) for _ in range(columns)]
    rows = ["<tr><th>" + "".join(f"<th>{chr(65 + column)}" for column in range(columns)) + "</tr>"]
    for row in range(1, 70):
        cells = []
        for kind in kinds:
            colour = (
                f"background:hsl({rng.randrange(360)} 70% {25 if theme.dark else 85}%)"
                if rng.random() < 0.05
                else ""
            )
            value = (
                scene.phrase(2)
                if kind == "text"
                else scene.texts.number(rng.randrange(2, 7))
                if kind == "number"
                else rng.choice(("✓", "", "x"))
            )
            cells.append(
                f"<td class=one-line style='text-align:{'end' if kind == 'number' else 'start'};"
                f"{colour}'>{value if rng.random() < 0.9 else ''}"
            )
        rows.append(f"<tr><th>{row}{''.join(cells)}</tr>")
    tools = "".join(scene.icon(18) for _ in range(24))
    css = f"""td,th{{border:1px solid {theme.line};height:{height}px;padding:0 4px;max-width:140px;
font-size:{height - 7}px}}
th{{background:{theme.surface};color:{theme.muted};font-weight:normal}}"""
    return scene.document(
        f"<div class='bar row' style='padding:.4em'>{tools}</div>"
        f"<div class=bar style='padding:.2em .6em'><i>fx</i>"
        f" =SUM(B2:B{rng.randrange(9, 99)})</div><table>{''.join(rows)}</table>",
        css,
    )


def dashboard(scene: Scene) -> str:
    """Return a dashboard: key figures, charts, a table."""
    rng, theme = scene.rng, scene.theme
    figures = "".join(
        f"<div class='card grow' style='padding:.8em'><div class=muted>{scene.phrase(2)}</div>"
        f"<div style='font-size:1.9em'>{scene.texts.number(5)}</div>"
        f"<span style='color:{rng.choice(('#2a2', '#d33'))}'>"
        f"{rng.choice('▲▼')} {rng.randrange(1, 99)} %</span></div>"
        for _ in range(4)
    )
    charts = "".join(
        f"<div class=card style='padding:.6em'><b>{scene.phrase(3)}</b><br>"
        f"{scene.chart(rng.choice((220, 300, 420)), 190)}</div>"
        for _ in range(18)
    )
    side = "".join(
        f"<div class=row style='padding:.5em 1em'>{scene.icon(18)}{scene.phrase(1)}</div>" for _ in range(14)
    )
    return scene.document(
        f"<div style='display:flex;height:100%'><div style='background:{theme.surface};"
        f"width:150px;overflow:hidden'>{side}</div>"
        f"<div class=grow style='padding:14px;overflow:hidden'><h2>{scene.phrase(3)}</h2>"
        f"<div class=row style='align-items:stretch'>{figures}</div>"
        f"<div style='display:flex;flex-wrap:wrap;gap:12px;margin-top:12px'>{charts}</div></div></div>"
    )


def form(scene: Scene) -> str:
    """Return a form: fields, sliders, switches, boxes, a preview."""
    rng, theme = scene.rng, scene.theme
    rows = []
    for _ in range(22):
        kind = rng.randrange(6)
        label = f"<span style='width:170px' class=one-line>{scene.phrase(3)}</span>"
        on = rng.random() < 0.5
        if kind <= 1:
            field = f"{scene.slider(rng.randrange(140, 320))}<span class=mono>{rng.randrange(101)}</span>"
        elif kind == 2:
            field = f"<span class=card style='padding:.2em .5em;width:220px'>{scene.phrase(2)}</span>"
        elif kind == 3:
            field = "".join(
                f"<span style='display:inline-block;width:14px;height:14px;border:1px solid "
                f"{theme.muted};"
                f"background:{theme.accent if rng.random() < 0.5 else theme.surface};"
                f"border-radius:{rng.choice(('2px', '50%'))}'></span>{scene.phrase(1)}"
                for _ in range(3)
            )
        elif kind == 4:
            field = (
                f"<span style='width:36px;height:18px;border-radius:9px;"
                f"background:{theme.accent if on else theme.line};padding:2px;"
                f"text-align:{'right' if on else 'left'};line-height:0'>"
                f"<i style='display:inline-block;width:14px;height:14px;border-radius:50%;"
                f"background:white'></i></span>"
            )
        else:
            field = "".join(
                f"<span style='width:22px;height:22px;background:hsl({rng.randrange(360)} 90% "
                f"50%);border:1px solid {theme.line}'></span>"
                for _ in range(8)
            )
        rows.append(f"<div class=row style='padding:.3em 0'>{label}{field}</div>")
    preview = scene.photograph(340, 260) if rng.random() < 0.6 else scene.chart(340, 260)
    buttons = (
        f"<span class=button>{scene.phrase(1)}</span> <span class='button plain'>{scene.phrase(1)}</span>"
    )
    css = f"main{{columns:{rng.choice((1, 2))};padding:1em 1.5em}} .row{{break-inside:avoid}}"
    return scene.document(
        f"<div class='bar row' style='padding:.6em 1em'><b class=grow>{scene.phrase(4)}</b>"
        f"{buttons}</div><main>{preview}{''.join(rows)}</main>",
        css,
    )


def file_manager(scene: Scene) -> str:
    """Return a desktop with overlapping windows of files, before a wallpaper."""
    rng, theme = scene.rng, scene.theme
    windows = []
    for _ in range(rng.randrange(1, 4)):
        icons = "".join(
            f"<div style='width:84px;text-align:center;font-size:11px;padding:4px'>"
            f"{scene.photograph(60, 45) if rng.random() < 0.3 else scene.icon(48)}<div>"
            f"{scene.phrase(2)}</div></div>"
            for _ in range(30)
        )
        windows.append(
            f"<div class=card style='position:absolute;left:{rng.randrange(0, 45)}%;"
            f"top:{rng.randrange(0, 50)}%;width:{rng.randrange(40, 70)}%;"
            f"height:{rng.randrange(35, 65)}%;overflow:hidden;box-shadow:0 6px 24px #0009'>"
            f"<div class='bar row' style='padding:.3em .7em'><span style='color:#f55'>●</span>"
            f"<span style='color:#fb0'>●</span><span style='color:#3c3'>●</span>"
            f"<b class='grow one-line'>{scene.phrase(3)}</b>&times;</div>"
            f"<div style='display:flex;flex-wrap:wrap;background:{theme.page};height:100%'>"
            f"{icons}</div></div>"
        )
    wallpaper = (
        scene.photograph(800, 600, "position:absolute;width:100%;height:100%;object-fit:cover")
        if rng.random() < 0.7
        else ""
    )
    return scene.document(
        f"{wallpaper}{''.join(windows)}<div class='card row' style='position:absolute;bottom:0;"
        f"width:100%;padding:.3em;border-radius:0'>"
        f"{''.join(scene.icon(28) for _ in range(9))}<span class=grow></span>"
        f"{rng.randrange(24)}:{rng.randrange(60):02}</div>"
    )


def calendar(scene: Scene) -> str:
    """Return a month: a grid of thin lines with numbers and coloured entries."""
    rng, theme = scene.rng, scene.theme
    days = []
    for day in range(35):
        entries = "".join(
            f"<div class=one-line style='background:hsl({rng.randrange(360)} 65% 45%);"
            f"color:white;border-radius:3px;padding:0 4px;margin:2px;font-size:.8em'>"
            f"{rng.randrange(24)}:00 {scene.phrase(3)}</div>"
            for _ in range(rng.choice((0, 0, 1, 2, 3)))
        )
        days.append(
            f"<div style='border:{rng.choice((1, 1, 2))}px solid {theme.line};overflow:hidden'>"
            f"<span class=muted>{day % 31 + 1}</span>{entries}</div>"
        )
    head = "".join(f"<b style='text-align:center'>{scene.phrase(1)}</b>" for _ in range(7))
    css = (
        ".g{display:grid;grid-template-columns:repeat(7,1fr);grid-template-rows:1.6em "
        "repeat(5,1fr);height:calc(100% - 3em)}"
    )
    return scene.document(
        f"<div class=row style='height:3em;padding:0 1em'><h2 class=grow>{scene.phrase(2)}</h2>"
        f"{scene.slider(160)}<span class=button>{scene.phrase(1)}</span></div><div class=g>"
        f"{head}{''.join(days)}</div>",
        css,
    )


TOOL_PAGES = (editor, terminal, spreadsheet, dashboard, form, file_manager, calendar)
