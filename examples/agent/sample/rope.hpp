#pragma once

// Lengths are in metres. A piece is at least one metre long, a job at least none.

/// How many pieces have to be ordered, so that the rope is long enough.
int pieces_needed(int length, int piece_length);

/// What remains of those pieces when the job is done.
int left_over(int length, int piece_length);

/// What those pieces cost.
int price_in_cents(int length, int piece_length, int cents_a_piece);
