// Exact money: reading, printing and adding.
#include "bench_text.hpp"

#include <capstan/money.hpp>

using namespace capstan;

namespace {

void read_money(benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(Money::parse("0.0000000125"));
}
BENCHMARK(read_money);

void money_of_double(benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(Money::from_double(0.00014199999));
}
BENCHMARK(money_of_double);

void print_money(benchmark::State& state) {
    const auto money = Money::parse("0.00014199999").value();
    for (auto _ : state) benchmark::DoNotOptimize(money.to_string());
}
BENCHMARK(print_money);

void price_tokens(benchmark::State& state) {
    const auto price = Money::parse("0.000003").value();
    Money sum;
    for (auto _ : state) benchmark::DoNotOptimize(sum += price * 1234);
}
BENCHMARK(price_tokens);

}  // namespace
