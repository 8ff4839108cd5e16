"""A strategy file becomes a frozen value that says what the file says."""

import pytest

from heliograph.engine.strategy import (
    BadStrategy,
    Data,
    Execution,
    Filters,
    Param,
    Side,
    Strategy,
    Universe,
)

FULL = """
name = "EMA pullback"
description = "Buys a dip."
timeframe = "5m"
max_age = 3
patience = 1
[universe]
venue = "binance"
include = ["*/USDT"]
exclude = ["USDC/USDT"]
[params]
fast = {default = 12, min = 5, max = 30}
slow = 26
k = {default = 2.5, min = 1}
[long]
enter = "crosses_above(ema(close, fast), ema(close, slow)) and close > on('1h', ema(close, 50))"
exit = "crosses_below(close, ema(close, slow))"
stop = "close - k * atr(14)"
targets = ["close + 2 * atr(14)", "close + 4 * atr(14)"]
fractions = [0.25, 0.75]
expires = 48
[short]
enter = "close < open"
targets = ["close - atr(14)", "close - 2 * atr(14)", "close - 3 * atr(14)"]
stop = "close + atr(14)"
[execution]
fill = "close"
fee_pct = 0.2
slippage_bps = 5
opposite = "exit"
intrabar = "1m"
[score]
confidence = "clip((adx(14) - 10) / 40, 0, 1)"
[filters]
min_confidence = 0.3
min_reward_risk = 1.5
cooldown = 12
[data]
mode = "hybrid"
fresh = 3
complete_pct = 90
max_gaps_pct = 2.5
"""
LEAST = 'name = "Least"\ntimeframe = "1d"\n[long]\nenter = "close > open"\nexit = "close < open"\n'


def test_every_key_of_a_file_is_read():
    assert Strategy.parse(FULL) == Strategy(
        name="EMA pullback",
        description="Buys a dip.",
        timeframe="5m",
        max_age=3,
        patience=1,
        universe=Universe("binance", ("*/USDT",), ("USDC/USDT",)),
        params={
            "fast": Param(12.0, 5.0, 30.0, whole=True),
            "slow": Param(26.0, whole=True),
            "k": Param(2.5, 1.0),
        },
        values={"fast": 12.0, "slow": 26.0, "k": 2.5},
        long=Side(
            enter="crosses_above(ema(close, fast), ema(close, slow)) and close > on('1h', ema(close, 50))",
            exit="crosses_below(close, ema(close, slow))",
            stop="close - k * atr(14)",
            targets=("close + 2 * atr(14)", "close + 4 * atr(14)"),
            fractions=(0.25, 0.75),
            expires=48,
        ),
        short=Side(
            enter="close < open",
            stop="close + atr(14)",
            targets=("close - atr(14)", "close - 2 * atr(14)", "close - 3 * atr(14)"),
            fractions=(1 / 3, 1 / 3, 1 / 3),
        ),
        execution=Execution("close", 0.2, 5.0, "exit", "1m"),
        confidence="clip((adx(14) - 10) / 40, 0, 1)",
        filters=Filters(0.3, 1.5, 12),
        data=Data("hybrid", 3, 90.0, 2.5),
        text=FULL,
    )


def test_what_a_file_leaves_out_has_a_default():
    assert Strategy.parse(LEAST) == Strategy(
        name="Least", timeframe="1d", long=Side(enter="close > open", exit="close < open"), text=LEAST
    )


def test_bytes_with_a_mark_and_windows_line_ends_are_read():
    strategy = Strategy.parse(b"\xef\xbb\xbf" + LEAST.replace("\n", "\r\n").encode())

    assert strategy == Strategy.parse(LEAST)


@pytest.mark.parametrize(
    ("overrides", "execution", "enter"),
    [
        ({"execution.fill": "close"}, Execution(fill="close"), "close > open"),
        ({"execution.fill": '"close"'}, Execution(fill="close"), "close > open"),
        (
            {"execution.fee_pct": "0", "execution.slippage_bps": "2.5"},
            Execution(fee_pct=0, slippage_bps=2.5),
            "close > open",
        ),
        ({"long.enter": "close > open[1]"}, Execution(), "close > open[1]"),
        ({"long.exit": "", "long.expires": "3"}, Execution(), "close > open"),
    ],
)
def test_any_key_can_be_replaced_from_outside(overrides, execution, enter):
    strategy = Strategy.parse(LEAST, overrides=overrides)

    assert (strategy.execution, strategy.long.enter) == (execution, enter)


def test_an_empty_override_takes_a_key_or_a_table_away():
    strategy = Strategy.parse(FULL, overrides={"short": "", "long.exit": "", "execution.intrabar": ""})

    assert (strategy.short, strategy.long.exit, strategy.execution.intrabar) == (None, None, None)


def test_an_override_can_be_a_list():
    strategy = Strategy.parse(FULL, overrides={"long.targets": '["close * 1.1"]', "long.fractions": ""})

    assert (strategy.long.targets, strategy.long.fractions) == (("close * 1.1",), (1.0,))


def test_parameters_take_values_from_outside():
    strategy = Strategy.parse(FULL, params={"fast": 10, "k": 3.5})

    assert strategy.values == {"fast": 10.0, "slow": 26.0, "k": 3.5}
    assert strategy.params["fast"].default == 12.0


def test_the_digest_is_that_of_what_is_said():
    spaced = "# a comment\n" + FULL.replace("close < open", "close   <  open").replace(
        "[short]", "\n[short] # x"
    )

    assert Strategy.parse(spaced).digest == Strategy.parse(FULL).digest
    assert len(Strategy.parse(FULL).digest) == 64


def test_a_default_that_is_written_out_leaves_the_digest():
    written = (
        LEAST + 'fractions = []\n[execution]\nfill = "next_open"\nfee_pct = 0.1\n[filters]\ncooldown = 0\n'
    )

    with pytest.raises(BadStrategy):
        Strategy.parse(written)
    assert Strategy.parse(written.replace("fractions = []\n", "")).digest == Strategy.parse(LEAST).digest


def test_a_text_without_a_data_table_keeps_the_digest_that_it_has_always_had():
    """It is stored with its version; another one would make every version a new one."""
    kept = "2f2a09d0cc80d6875db7e69a2c3b867281b99c20b963e1ff5429761ff6bb6e3a"
    written = '[data]\nmode = "auto"\nfresh = 2\ncomplete_pct = 95\nmax_gaps_pct = 5\n'

    assert Strategy.parse(LEAST).digest == Strategy.parse(LEAST + written).digest == kept
    assert Strategy.parse(LEAST + "[data]\nfresh = 3\n").digest != kept


CHANGES = [
    {"name": "Other"},
    {"timeframe": "15m"},
    {"long.enter": "close > open"},
    {"long.stop": "close - 3 * atr(14)"},
    {"long.fractions": "[0.5, 0.5]"},
    {"long.expires": "47"},
    {"short": ""},
    {"execution.fill": "next_open"},
    {"execution.slippage_bps": "6"},
    {"score.confidence": "clip((adx(14) - 10) / 41, 0, 1)"},
    {"filters.cooldown": "11"},
    {"universe.exclude": ""},
    {"params.slow": "27"},
    {"patience": "2"},
    {"data.mode": "live"},
]


def test_each_change_of_what_is_said_changes_the_digest():
    digests = [Strategy.parse(FULL, overrides=change).digest for change in [{}, *CHANGES]]
    digests.append(Strategy.parse(FULL, params={"fast": 13}).digest)

    assert len(set(digests)) == len(CHANGES) + 2


def test_a_universe_holds_symbols_by_pattern():
    universe = Universe("binance", ("*/USDT", "ETH/BTC"), ("USDC/*",))

    held = [symbol for symbol in ("BTC/USDT", "USDC/USDT", "ETH/BTC", "eth/btc") if universe.holds(symbol)]

    assert held == ["BTC/USDT", "ETH/BTC"]
    assert universe.holds("BTC/USDT", "binance")
    assert not universe.holds("BTC/USDT", "kraken")
    assert Universe().holds("GOOG", "file")
