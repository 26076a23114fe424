#include "session/session_record.hpp"

#include <catch2/catch_test_macros.hpp>

#include <vector>

using namespace capstan::detail;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> write(const std::vector<std::string>& texts) {
    std::string sum;
    std::vector<std::string> records;
    auto time = 0ms;
    for (const auto& text : texts) records.push_back(write_session_record(sum, time += 7ms, text));
    return records;
}

/// How many records from the first on are good.
std::size_t good(const std::vector<std::string>& records) {
    std::string sum;
    std::size_t count = 0;
    while (count < records.size() && read_session_record(sum, records[count])) ++count;
    return count;
}

const std::vector<std::string> texts = {"{}", "", R"({"a":"b c"})", std::string("\0\xff ", 3), "{}"};

}  // namespace

TEST_CASE("records are read as they were written") {
    const auto records = write(texts);
    std::string sum;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const auto record = read_session_record(sum, records[i]);
        REQUIRE(record);
        CHECK(record->json == texts[i]);
        CHECK(record->active_time == 7ms * (static_cast<int>(i) + 1));
        CHECK(record->sum == sum);
    }
}

TEST_CASE("a record with any bit changed is found, and all behind it") {
    const auto records = write(texts);
    for (std::size_t which = 0; which < records.size(); ++which) {
        for (std::size_t at = 0; at < records[which].size() * 8; ++at) {
            auto bad = records;
            bad[which][at / 8] = static_cast<char>(bad[which][at / 8] ^ (1 << at % 8));
            CHECK(good(bad) == which);
        }
    }
}

TEST_CASE("a record that is cut, exchanged, doubled or missing is found") {
    const auto records = write(texts);
    for (std::size_t length = 0; length < records[2].size(); ++length) {
        auto bad = records;
        bad[2].resize(length);
        CHECK(good(bad) == 2);
    }
    auto exchanged = records;
    std::swap(exchanged[0], exchanged[4]);  // the same text, at another place
    CHECK(good(exchanged) == 0);
    auto doubled = records;
    doubled.insert(doubled.begin() + 1, records[0]);
    CHECK(good(doubled) == 1);
    auto missing = records;
    missing.erase(missing.begin() + 3);
    CHECK(good(missing) == 3);
}

TEST_CASE("keys of events sort as their numbers and are read strictly") {
    CHECK(session_event_key(1) == "event/00000001");
    CHECK(session_event_key(9) < session_event_key(10));
    for (const std::int64_t number : {1, 42, 99'999'999, 123'456'789}) {
        CHECK(session_event_number(session_event_key(number)) == number);
    }
    for (const char* bad : {"", "head", "event/", "event/1", "event/0000000x", "event/ 0000001",
                            "event/000000001", "event/-0000001", "event/99999999999999999999"}) {
        CHECK_FALSE(session_event_number(bad));
    }
}
