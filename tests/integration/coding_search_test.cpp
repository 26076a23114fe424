#include "coding_fixture.hpp"

#include "coding/coding_state.hpp"
#include "coding/ripgrep.hpp"
#include "coding/text_search.hpp"

#include <string>
#include <vector>

using namespace test;
using namespace capstan;
using namespace capstan::coding;
using namespace std::string_literals;

namespace {

/// A folder with everything that a search may trip over.
struct SearchFixture : CodingFixture {
    SearchFixture() {
        namespace fs = std::filesystem;
        write_file(at(".gitignore"), "*.log\nbuild/\n!keep.log\n");
        for (const auto* each : {"build", ".git", ".hidden", "sub/build", "a-b", "a"})
            fs::create_directories(at(each));
        for (const auto* name : {"build/x.txt", ".git/x.txt", ".hidden/x.txt", "sub/build/x.txt",
                                 "x.log", "keep.log", "a-b/x.txt", "a/x.txt", "a.x", "A.x"})
            write_file(at(name), "needle in "s + name + "\n");
        write_file(at("sub/.gitignore"), "b.*\n");
        write_file(at("sub/b.txt"), "needle\n");
        write_file(at(".ignore"), "a.x\n");
        write_file(at("dos.txt"), "one\r\nneedle\r\nthree\r\nneedle");
        write_file(at("binary"), "needle\n\0needle\n"s);
        write_file(at("binary_late"), "needle\n" + std::string(100'000, 'x') + "\n\0"s);
        write_file(at("latin"), "caf\xe9 needle\n");
        write_file(at("long"), std::string(1000, 'y') + "needle" + std::string(1000, 'z'));
        write_file(at("huge"), "needle\n" + std::string(5 * 1024 * 1024, 'x'));
        write_file(at("umlaut"), "\xc3\x84 needle \xc3\xa4\n");
        std::string many;
        for (int i = 1; i <= 40; ++i) many += i % 7 < 2 ? "needle " : "hay ", many += "\n";
        write_file(at("many"), many);
        write_file(outside() + "/secret", "needle\n");
        link("../outside", "out");
        link("../outside/secret", "out_file");
    }

    SearchResult own(const SearchQuery& query) const {
        return search_files(*workspace, query, Stopped(false));
    }
    SearchResult by_ripgrep(const SearchQuery& query) const {
        auto found = capstan::testing::run_awaitable(
            search_by_ripgrep(find_program("rg"), *workspace, query));
        REQUIRE(found);
        return *found;
    }
};

SearchQuery query_for(std::string pattern, std::size_t context = 0) {
    SearchQuery query;
    query.pattern = std::move(pattern);
    query.context = context;
    return query;
}

}  // namespace

TEST_CASE("search: finds lines, with context, where .gitignore allows") {
    const CodingFixture fixture;
    write_file(fixture.at("x.cpp"), "a\nb\nint x;\nc\nd\ne\nint y;\n");
    CHECK(fixture.text("search", {{"pattern", "int [xy]"}, {"path", "x.cpp"}}) ==
          "x.cpp\n3:int x;\n7:int y;\n");
    CHECK(fixture.text("search", {{"pattern", "^int"}, {"context", 1}}) ==
          "x.cpp\n2-b\n3:int x;\n4-c\n--\n6-e\n7:int y;\n");
    CHECK(fixture.text("search", {{"pattern", "THREE"}, {"ignore_case", true}}) ==
          "sub/b.txt\n1:three\n");
    CHECK(fixture.text("search", {{"pattern", "e"}, {"glob", "*.txt"}, {"path", "sub"}}) ==
          "sub/b.txt\n1:three\n");
    CHECK(fixture.text("search", {{"pattern", "no such"}}) == "No matches.");
    CHECK(mentions(fixture.error("search", {{"pattern", "("}}), "cannot be used"));
    CHECK(mentions(fixture.error("search", {{"pattern", "x"}, {"path", ".."}}), "'..'"));
    CHECK(mentions(fixture.error("search", {{"pattern", "x"}, {"glob", "["}}), "'['"));
    CHECK(fixture.text("search", {{"pattern", "-e"}}) == "No matches.");
}

TEST_CASE("search: never leaves the workspace, and passes over binary and huge files") {
    const SearchFixture fixture;
    std::string paths;
    for (const auto& file : fixture.own(query_for("needle")).files) paths += file.path + ' ';
    CHECK(paths == ".hidden/x.txt A.x a/x.txt a-b/x.txt a.x dos.txt keep.log latin long many "
                   "umlaut ");
}

TEST_CASE("search: with ripgrep and without it the results are equal") {
    if (find_program("rg").empty()) SKIP("ripgrep is not installed");
    const SearchFixture fixture;
    std::vector<SearchQuery> queries;
    for (const auto* pattern : {"needle", "^needle$", "NEEDLE", "n.*e\\b", "x", "-", "^", "$",
                                "\\bin\\b", "[[:upper:]]", "\xc3\x84", ".needle", "hay|needle"}) {
        for (const std::size_t context : {0u, 1u, 3u})
            queries.push_back(query_for(pattern, context));
        queries.push_back(query_for(pattern));
        queries.back().ignore_case = true;
        queries.push_back(query_for(pattern, 2));
        queries.back().most_matches = 5;
        queries.push_back(query_for(pattern));
        queries.back().glob = "{a,.hidden}/*.txt";
        queries.push_back(query_for(pattern));
        queries.back().glob = "*.x";
    }
    for (const auto& query : queries) {
        CAPTURE(query.pattern, query.context, query.ignore_case, query.most_matches, query.glob);
        const auto own = fixture.own(query);
        const auto other = fixture.by_ripgrep(query);
        CHECK(search_text(own) == search_text(other));
        CHECK(own == other);
    }
}

TEST_CASE("search: where ripgrep does not work, it goes on without it") {
    const CodingFixture fixture;
    const auto state = std::make_shared<CodingState>(fixture.workspace, CodingToolOptions());
    for (const auto* program : {"/nowhere/rg", "/bin/false", "/bin/cat", ""}) {
        CAPTURE(program);
        state->ripgrep = program;
        ToolContext context;
        const auto result = capstan::testing::run_awaitable(
            make_search(state)->run({{"pattern", "three"}}, context));
        CHECK(text_of(result.content) == "sub/b.txt\n1:three\n");
    }
}

TEST_CASE("search: ripgrep's output may come in pieces of any size") {
    const std::string output =
        R"({"type":"begin","data":{"path":{"text":"./f"}}})" "\n"
        R"({"type":"match","data":{"path":{"text":"./f"},"lines":{"text":"ab\r\n"},)"
        R"("line_number":3,"absolute_offset":0,"submatches":[]}})" "\n"
        R"({"type":"end","data":{"path":{"text":"./f"},"binary_offset":null}})" "\n"
        "no json\n{}\n[]\n";
    const auto query = query_for("x");
    for (std::size_t size = 1; size < output.size(); ++size) {
        RipgrepOutput reader(query);
        for (std::size_t at = 0; at < output.size(); at += size)
            CHECK(reader.add(std::string_view(output).substr(at, size)));
        CHECK(search_text(reader.take()) == "f\n3:ab\n");
    }
}
