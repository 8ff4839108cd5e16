"""Candles of exchanges: asked for over REST, streamed over WebSocket, both through ccxt."""
