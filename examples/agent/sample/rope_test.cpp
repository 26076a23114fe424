#include "rope.hpp"

#include <cstdio>

namespace {

int checks = 0;
int failures = 0;

void expect(const char* what, int got, int wanted) {
    ++checks;
    if (got == wanted) return;
    ++failures;
    std::printf("FAILED: %s is %d, not %d\n", what, got, wanted);
}

}  // namespace

int main() {
    expect("pieces_needed(0, 30)", pieces_needed(0, 30), 0);
    expect("pieces_needed(60, 30)", pieces_needed(60, 30), 2);
    expect("pieces_needed(61, 30)", pieces_needed(61, 30), 3);
    expect("pieces_needed(100, 30)", pieces_needed(100, 30), 4);
    expect("left_over(60, 30)", left_over(60, 30), 0);
    expect("left_over(100, 30)", left_over(100, 30), 20);
    expect("price_in_cents(100, 30, 1250)", price_in_cents(100, 30, 1250), 5000);
    if (failures == 0)
        std::printf("All %d checks passed.\n", checks);
    else
        std::printf("%d of %d checks failed.\n", failures, checks);
    return failures == 0 ? 0 : 1;
}
