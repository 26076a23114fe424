#include "coding/fetch_address.hpp"

#include <capstan/tools/workspace.hpp>

#include <boost/asio/ip/address.hpp>

#include <fmt/format.h>
#include <netdb.h>

#include <array>
#include <cstdint>
#include <memory>

namespace capstan::coding {
namespace {

namespace ip = boost::asio::ip;

struct Network {
    std::uint32_t address;
    int bits;
};

/// The registry of special-purpose addresses (RFC 6890 and its successors).
constexpr std::array<Network, 14> special_networks = {{
    {0x00000000, 8},   // this network
    {0x0A000000, 8},   // private
    {0x64400000, 10},  // shared by carriers
    {0x7F000000, 8},   // loopback
    {0xA9FE0000, 16},  // link-local, among them the clouds' metadata services
    {0xAC100000, 12},  // private
    {0xC0000000, 24},  // protocol assignments
    {0xC0000200, 24},  // documentation
    {0xC0A80000, 16},  // private
    {0xC6120000, 15},  // benchmarks
    {0xC6336400, 24},  // documentation
    {0xCB007100, 24},  // documentation
    {0xE0000000, 4},   // multicast
    {0xF0000000, 4},   // reserved, and broadcast
}};

bool is_public(const ip::address_v4& address) {
    for (const auto& network : special_networks)
        if ((address.to_uint() ^ network.address) >> (32 - network.bits) == 0) return false;
    return true;
}

ip::address_v4 embedded(const ip::address_v6::bytes_type& bytes, std::size_t at) {
    return ip::address_v4({bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]});
}

bool is_public(const ip::address_v6& address) {
    const auto bytes = address.to_bytes();
    if (address.is_v4_mapped()) return is_public(embedded(bytes, 12));
    if (bytes[0] == 0x20 && bytes[1] == 0x02) return is_public(embedded(bytes, 2));  // 6to4
    if (bytes[0] == 0 && bytes[1] == 0x64 && bytes[2] == 0xff && bytes[3] == 0x9b)   // NAT64
        return is_public(embedded(bytes, 12));
    if (bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] < 0x02) return false;  // Teredo and more
    if (bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] == 0x0d && bytes[3] == 0xb8) return false;
    return (bytes[0] & 0xe0) == 0x20;  // global unicast; the rest is local or reserved
}

bool is_public(const ip::address& address) {
    return address.is_v4() ? is_public(address.to_v4()) : is_public(address.to_v6());
}

}  // namespace

bool is_public_address(std::string_view text) {
    boost::system::error_code error;
    const auto address = ip::make_address(std::string(text), error);
    return !error && is_public(address);
}

void check_public_host(const std::string& host) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) return;
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> list(found, ::freeaddrinfo);
    for (const auto* each = found; each; each = each->ai_next) {
        char text[NI_MAXHOST] = {};
        ::getnameinfo(each->ai_addr, each->ai_addrlen, text, sizeof text, nullptr, 0,
                      NI_NUMERICHOST);
        if (!is_public_address(text))
            throw WorkspaceError(fmt::format(
                "{} has the address {}, which is not of the public internet", host, text));
    }
}

}  // namespace capstan::coding
