// Marker codes (T.81 Table B.1): the second byte, after 0xFF.
#pragma once

#include <cstdint>

namespace beholder::marker {

inline constexpr std::uint8_t tem = 0x01;
inline constexpr std::uint8_t sof0 = 0xC0;   // baseline
inline constexpr std::uint8_t sof1 = 0xC1;   // extended sequential, Huffman
inline constexpr std::uint8_t sof2 = 0xC2;   // progressive, Huffman
inline constexpr std::uint8_t dht = 0xC4;
inline constexpr std::uint8_t jpg = 0xC8;
inline constexpr std::uint8_t dac = 0xCC;
inline constexpr std::uint8_t sof15 = 0xCF;
inline constexpr std::uint8_t rst0 = 0xD0;
inline constexpr std::uint8_t rst7 = 0xD7;
inline constexpr std::uint8_t soi = 0xD8;
inline constexpr std::uint8_t eoi = 0xD9;
inline constexpr std::uint8_t sos = 0xDA;
inline constexpr std::uint8_t dqt = 0xDB;
inline constexpr std::uint8_t dnl = 0xDC;
inline constexpr std::uint8_t dri = 0xDD;
inline constexpr std::uint8_t app0 = 0xE0;
inline constexpr std::uint8_t app14 = 0xEE;
inline constexpr std::uint8_t app15 = 0xEF;
inline constexpr std::uint8_t com = 0xFE;

}  // namespace beholder::marker
