#include "rope.hpp"

int pieces_needed(int length, int piece_length) {
    return length / piece_length;
}

int left_over(int length, int piece_length) {
    return pieces_needed(length, piece_length) * piece_length - length;
}

int price_in_cents(int length, int piece_length, int cents_a_piece) {
    return pieces_needed(length, piece_length) * cents_a_piece;
}
