"""The words a compiled strategy's scan is put together from; `strategy.scanning` fills in names and places."""

from __future__ import annotations

SOURCE = """
def {name}(desk, first, last):
    d = words_at(desk)
    d[{alive}] = 1
    d[{said}] = 0
    rows = words_at(d[{rows}])
    width = d[{width}]
    places = words_at(d[{places}])
    columns = words_at(d[{columns}])
{column_pointers}
    given = floats_at(d[{own}])
    own = Own({own_values})
    memories = floats_at(d[{memory}])
    positions = words_at(d[{positions}])
    positions_stride = d[{positions_stride}]
    rules = words_at(d[{rules}])
    last_said = floats_at(d[{last_said}])
    ready_from = words_at(d[{ready_from}])
    out = words_at(d[{said_rows}])
    said = 0
    row = first
{passing}
    while row < last:
        at = row * width
        inst = rows[at + {b_inst}] if width > {b_inst} else 0
        place = places[inst]
        if place >= 0 and row >= ready_from[place]:
{reads}
            if {ready}:
                scale = rules[inst * {rules_width} + {price_scale}]
                held = positions[inst * positions_stride] / rules[inst * {rules_width} + {qty_scale}]
                now = Now(place, rows[at + {b_start}], rows[at + {b_end}], {prices},
                    rows[at + {b_volume}] / rules[inst * {rules_width} + {qty_scale}], held{names})
                wanted = float(decide(now, own, carray(floats_at(d[{memory}] + place * {memory_bytes}), {memory_size})))
                if wanted == wanted and wanted != last_said[place]:
                    last_said[place] = wanted
{units}
                    said += 1
        row += 1
        if said > 0 and (row == last or rows[row * width + {b_end}] != rows[at + {b_end}]):
            break
    d[{said}] = said
    d[{alive}] = 0
    return row
"""

# The only instrument and no memory: rows on which it says nothing new are passed by, and the one that ends this is
# looked at once more below.
PASSING = """
    if width == {b_inst}:
        seen = last_said[0]
        scale = rules[{price_scale}]
        held = positions[0] / rules[{qty_scale}]
        row = max(first, ready_from[0])
        while row < last:
            at = row * width
{reads}
            if {ready}:
                now = Now(0, rows[at + {b_start}], rows[at + {b_end}], {prices},
                    rows[at + {b_volume}] / rules[{qty_scale}], held{names})
                wanted = float(decide(now, own, carray(floats_at(d[{memory}]), 0)))
                if wanted == wanted and wanted != seen:
                    break
            row += 1
        row = min(row, last)
"""

# The same where `decide` does not look at what is held: what it says of a block of rows is worked out ahead, without a
# branch, and the rows on which that changes are kept. The bars of the next one are asked for in time.
AHEAD = """
    if width == {b_inst}:
        changes = words_at(d[{changes}])
        wants = floats_at(d[{wants}])
        none = carray(floats_at(d[{memory}]), 0)
        scale = rules[{price_scale}]
        row = max(first, ready_from[0])
        while row < last:
            place = d[{changes_at}]
            while place < d[{changes_count}] and changes[place] < row:
                place += 1
            d[{changes_at}] = place
            if place < d[{changes_count}]:
                row = changes[place]
                if place + 1 < d[{changes_count}]:
                    soon = d[{rows}] + changes[place + 1] * {row_bytes}
                    fetch_ahead(soon)
                    fetch_ahead(soon + 64)
                    fetch_ahead(soon + 2 * {row_bytes} - 8)
                    fetch_ahead(d[{closes}] + 8 * changes[place + 1])
                break
            begin = max(row, d[{asked_to}])
            if begin >= last:
                row = last
                break
            end = min(begin + {block_rows}, d[{ready_to}])
            for ahead in range(begin, end):
                at = ahead * width
{reads_ahead}
                now = Now(0, rows[at + {b_start}], rows[at + {b_end}], {prices},
                    rows[at + {b_volume}] / rules[{qty_scale}], 0.0{names})
                wanted = float(decide(now, own, none))
                wants[1 + ahead - begin] = wanted if {ready_ahead} else nan
            count = 0
            seen = wants[{block_rows} + {group_rows} + 1]
            for group in range(0, end - begin, {group_rows}):
                differ = 0
                for ahead in range({group_rows}):
                    differ += wants[1 + group + ahead] != wants[group + ahead]
                if differ > 0:
                    for ahead in range(group, min(group + {group_rows}, end - begin)):
                        wanted = wants[1 + ahead]
                        if wanted == wanted and wanted != seen:
                            seen = wanted
                            changes[count] = begin + ahead
                            count += 1
            wants[0] = wants[end - begin]
            wants[{block_rows} + {group_rows} + 1] = seen
            d[{asked_to}] = end
            d[{changes_at}] = 0
            d[{changes_count}] = count
        row = min(row, last)
"""

QUANTITY = """
                    qty_scale = rules[inst * {rules_width} + {qty_scale}]
                    lot = rules[inst * {rules_width} + {lot}]
                    short = wanted < 0.0 and rules[inst * {rules_width} + {shortable}] == 0
                    if not lots_of(wanted, qty_scale, lot) < {lots_max}:
                        d[{wrong_row}] = row + 1
                        return row
                    units = quantity_units(wanted, qty_scale, lot)
                    if short and units != 0:
                        d[{wrong_row}] = row + 1
                        return row
                    out[said * {said_width} + {w_inst}] = inst
                    out[said * {said_width} + {w_qty}] = units
                    out[said * {said_width} + {w_weight}] = 0
                    out[said * {said_width} + {w_is_weight}] = 0
"""

WEIGHT = """
                    lowest = -{weight_max} if rules[inst * {rules_width} + {shortable}] == 1 else 0.0
                    if not (lowest <= wanted <= {weight_max}):
                        d[{wrong_row}] = row + 1
                        return row
                    out[said * {said_width} + {w_inst}] = inst
                    out[said * {said_width} + {w_qty}] = 0
                    out[said * {said_width} + {w_weight}] = weight_units(wanted)
                    out[said * {said_width} + {w_is_weight}] = 1
"""
