#include "composition/answer_cache.hpp"
#include "composition/cached_answer_text.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <chrono>
#include <list>
#include <random>
#include <string>
#include <vector>

using namespace capstan;
using namespace std::chrono_literals;

TEST_CASE("answer cache: its bounds hold under random use, as a plain list would have it") {
    std::mt19937 random(3);
    composition::AnswerCache cache(8, 100, 50ms);
    struct Model {
        std::string key;
        std::size_t bytes;
        composition::AnswerCache::TimePoint time;
    };
    std::list<Model> model;
    composition::AnswerCache::TimePoint now{};
    for (int n = 0; n < 20'000; ++n) {
        now += std::chrono::milliseconds(random() % 3);
        const auto key = std::to_string(random() % 20);
        std::vector<std::string> removed;
        const auto at = std::ranges::find(model, key, &Model::key);
        if (random() % 2) {
            const bool there = at != model.end() && now - at->time < 50ms;
            CHECK((cache.find(key, now, removed) != nullptr) == there);
            if (there) model.splice(model.begin(), model, at);
            if (at != model.end() && !there) model.erase(at);
        } else {
            composition::CachedAnswer answer;
            answer.time = now;
            answer.bytes = random() % 120;
            answer.answer = composition::as_hit({});
            if (at != model.end()) model.erase(at);
            const bool kept = cache.put(key, answer, now, removed);
            CHECK(kept == (answer.bytes <= 100));
            if (kept) model.push_front(Model{key, answer.bytes, now});
            const auto sum = [&] {
                std::size_t total = 0;
                for (const auto& each : model) total += each.bytes;
                return total;
            };
            while (model.size() > 8 || sum() > 100) model.pop_back();
        }
        CHECK(cache.entries() == model.size());
        CHECK(cache.bytes() <= 100);
    }
}
