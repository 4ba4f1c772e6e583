#include "bitstream/scan_decoder.hpp"

#include <algorithm>
#include <bit>
#include <cstdlib>

#include "bitstream/bit_reader.hpp"
#include "bitstream/marker_reader.hpp"
#include "bitstream/markers.hpp"
#include "platform/error.hpp"

namespace beholder {
namespace {

constexpr int kMaxMagnitude = 32767;
constexpr const char* kTooShort = "the data ends before the last block";

/// What is wrong with the block being decoded; the caller adds where.
class DataError {
 public:
  explicit DataError(const char* what) : what_(what) {}
  [[nodiscard]] const char* what() const { return what_; }

 private:
  const char* what_;
};

/// The value of `category` appended bits (T.81 F.2.2.1, EXTEND).
int extend(std::uint32_t bits, int category) {
  const int value = static_cast<int>(bits);
  // Below half of the range the value is negative.
  return value + (((value - (1 << category >> 1)) >> 31) & (1 - (1 << category)));
}

int decode_symbol(const HuffmanDecoder& decoder, BitReader& reader) {
  const int symbol = decoder.decode(reader);
  if (symbol == HuffmanDecoder::kInvalid) throw DataError("bits that are no Huffman code");
  return symbol;
}

int decode_difference(const HuffmanDecoder& decoder, BitReader& reader) {
  reader.refill();
  const int category = decode_symbol(decoder, reader);
  if (category > 15) throw DataError("DC category above 15");
  return extend(reader.take(category), category);
}

void decode_sequential_ac(const HuffmanDecoder& decoder, BitReader& reader, std::int16_t* block) {
  for (int position = 1; position < kBlockSize; ++position) {
    reader.refill();
    const int symbol = decode_symbol(decoder, reader);
    const int category = symbol & 15;
    const int run = symbol >> 4;
    if (category == 0) {
      if (run == 0) return;
      if (run != 15) throw DataError("AC symbol that sequential scans do not have");
      position += 15;
      if (position >= kBlockSize) throw DataError("zero run past the end of its block");
      continue;
    }
    position += run;
    if (position >= kBlockSize) throw DataError("zero run past the end of its block");
    block[position] = static_cast<std::int16_t>(extend(reader.take(category), category));
  }
}

class ScanDecoder {
 public:
  ScanDecoder(LevelImage& image, std::span<std::uint64_t> significant, const ScanDecoding& decoding)
      : image_(image),
        significant_(significant),
        decoding_(decoding),
        scan_(decoding.scan),
        alone_(scan_.components.size() == 1) {
    const McuGrid grid = interleaved_mcus(image);
    const Plane& first = image.planes[scan_.components[0]];
    mcus_wide_ = alone_ ? first.blocks_wide : grid.wide;
    mcus_high_ = alone_ ? first.blocks_high : grid.high;
  }

  [[nodiscard]] std::uint64_t mcus() const { return static_cast<std::uint64_t>(mcus_wide_) * mcus_high_; }

  /// Decodes MCUs first..last - 1 of the scan, which start with fresh predictions.
  void decode_interval(BitReader& reader, std::uint64_t first, std::uint64_t last) {
    previous_dc_.fill(0);
    end_of_band_run_ = 0;
    if (scan_.ss > 0) {
      scan_.ah == 0 ? decode_ac_first(reader, first, last) : decode_ac_refine(reader, first, last);
    } else if (scan_.ah > 0) {
      for_each_block_in(reader, first, last, [&](int, std::int16_t* block) {
        if (reader.take_bit() != 0) block[0] = static_cast<std::int16_t>(block[0] | 1 << scan_.al);
      });
    } else if (decoding_.progressive) {
      for_each_block_in(reader, first, last,
                        [&](int slot, std::int16_t* block) { block[0] = decode_dc(reader, slot); });
    } else {
      for_each_block_in(reader, first, last, [&](int slot, std::int16_t* block) {
        block[0] = decode_dc(reader, slot);
        decode_sequential_ac(*decoding_.ac[slot], reader, block);
      });
    }
  }

 private:
  [[nodiscard]] std::int16_t decode_dc(BitReader& reader, int slot) {
    const int value = previous_dc_[slot] + decode_difference(*decoding_.dc[slot], reader);
    if (std::abs(value) > kMaxMagnitude >> scan_.al) throw DataError("DC level outside 16 bits");
    previous_dc_[slot] = value;
    return static_cast<std::int16_t>(value * (1 << scan_.al));
  }

  /// Calls visit(slot, block), and throws when the data has run out after an MCU.
  template <class Visit>
  void for_each_block_in(const BitReader& reader, std::uint64_t first, std::uint64_t last, Visit&& visit) {
    int row = static_cast<int>(first / mcus_wide_);
    int column = static_cast<int>(first % mcus_wide_);
    for (std::uint64_t mcu = first; mcu < last; ++mcu) {
      if (alone_) {
        visit(0, image_.planes[scan_.components[0]].block(row, column));
      } else {
        for_each_block_of_mcu(image_, scan_.components, row, column, [&](int slot, int block_row, int block_column) {
          visit(slot, image_.planes[scan_.components[slot]].block(block_row, block_column));
        });
      }
      if (reader.overrun()) throw DataError(kTooShort);
      if (++column == mcus_wide_) {
        column = 0;
        ++row;
      }
    }
  }

  /// Reads an end-of-band symbol's run: blocks that end here, this one included.
  [[nodiscard]] static std::uint32_t decode_end_of_band_run(BitReader& reader, int exponent) {
    return (1u << exponent) + reader.take(exponent);
  }

  /// Index of a stored block from its number in a scan of its component alone.
  [[nodiscard]] std::size_t stored_index(std::uint64_t number) const {
    const Plane& plane = image_.planes[scan_.components[0]];
    return number / mcus_wide_ * plane.stored_wide + number % mcus_wide_;
  }

  void decode_ac_first(BitReader& reader, std::uint64_t first, std::uint64_t last) {
    const HuffmanDecoder& decoder = *decoding_.ac[0];
    Plane& plane = image_.planes[scan_.components[0]];
    std::uint64_t number = first;
    while (number < last) {
      const std::size_t index = stored_index(number);
      std::int16_t* block = plane.levels.data() + index * kBlockSize;
      std::uint32_t run_blocks = 1;
      for (int position = scan_.ss; position <= scan_.se; ++position) {
        reader.refill();
        const int symbol = decode_symbol(decoder, reader);
        const int category = symbol & 15;
        const int run = symbol >> 4;
        if (category == 0 && run < 15) {
          run_blocks = decode_end_of_band_run(reader, run);
          break;
        }
        position += run;
        if (position > scan_.se) throw DataError("zero run past the end of its band");
        if (category == 0) continue;
        if (category + scan_.al > 15) throw DataError("AC level outside 16 bits");
        block[position] = static_cast<std::int16_t>(extend(reader.take(category), category) * (1 << scan_.al));
        significant_[index] |= std::uint64_t{1} << position;
      }
      if (reader.overrun()) throw DataError(kTooShort);
      number += run_blocks;
    }
    if (number > last) throw DataError("end-of-band run past the last block");
  }

  void decode_ac_refine(BitReader& reader, std::uint64_t first, std::uint64_t last) {
    Plane& plane = image_.planes[scan_.components[0]];
    const std::uint64_t band =
        (~std::uint64_t{0} << scan_.ss) & (~std::uint64_t{0} >> (kBlockSize - 1 - scan_.se));
    std::size_t index = stored_index(first);
    std::uint64_t column = first % mcus_wide_;
    for (std::uint64_t number = first; number < last; ++number) {
      if (end_of_band_run_ == 0 || (significant_[index] & band) != 0) {
        refine_block(reader, plane.levels.data() + index * kBlockSize, significant_[index], band);
        if (reader.overrun()) throw DataError(kTooShort);
      }
      if (end_of_band_run_ > 0) --end_of_band_run_;
      ++index;
      if (++column == static_cast<std::uint64_t>(mcus_wide_)) {
        column = 0;
        index += plane.stored_wide - mcus_wide_;
      }
    }
    if (end_of_band_run_ > 0) throw DataError("end-of-band run past the last block");
  }

  /// Adds a correction bit to each significant level of `history`.
  void correct(BitReader& reader, std::int16_t* block, std::uint64_t history) const {
    for (; history != 0; history &= history - 1) {
      // Without branches on bits and signs, which no predictor foresees: away from zero by the bit.
      std::int16_t& level = block[std::countr_zero(history)];
      const int step = static_cast<int>(reader.take_bit()) << scan_.al;
      const int sign = level >> 15;
      level = static_cast<std::int16_t>(level + ((step ^ sign) - sign));
    }
  }

  /// Refines one block; the end-of-band run that it may start counts this block too.
  void refine_block(BitReader& reader, std::int16_t* block, std::uint64_t& significant, std::uint64_t band) {
    const std::uint64_t history = significant & band;
    std::uint64_t ahead = band;  // positions not yet passed
    while (end_of_band_run_ == 0 && ahead != 0) {
      reader.refill();
      const int symbol = decode_symbol(*decoding_.ac[0], reader);
      const int category = symbol & 15;
      const int run = symbol >> 4;
      if (category == 0 && run < 15) {
        end_of_band_run_ = decode_end_of_band_run(reader, run);
        break;
      }
      if (category > 1) throw DataError("refinement symbol with a magnitude above 1");
      const bool positive = category == 1 && reader.take(1) != 0;
      std::uint64_t zeros = ahead & ~history;
      for (int i = 0; i < run && zeros != 0; ++i) zeros &= zeros - 1;
      if (zeros == 0) throw DataError("zero run past the end of its band");
      // The symbol's own position is the first zero left; corrections for what lies before it follow the symbol.
      const std::uint64_t own = zeros & (~zeros + 1);
      const std::uint64_t passed = own | (own - 1);
      correct(reader, block, history & ahead & passed);
      ahead &= ~passed;
      if (category == 1) {
        block[std::countr_zero(own)] = static_cast<std::int16_t>(positive ? 1 << scan_.al : -(1 << scan_.al));
        significant |= own;
      }
    }
    if (end_of_band_run_ > 0) correct(reader, block, history & ahead);
  }

  LevelImage& image_;
  std::span<std::uint64_t> significant_;
  const ScanDecoding& decoding_;
  const Scan& scan_;
  bool alone_;
  int mcus_wide_;
  int mcus_high_;
  std::array<int, kMaxComponents> previous_dc_{};
  std::uint32_t end_of_band_run_ = 0;  // refinement: blocks that still end here
};

struct RestartMarker {
  std::size_t end = 0;  // position behind it
  bool odd = false;     // its number was not due
};

/// The restart marker at or behind `position` with which libjpeg would go on without losing data (jdmarker.c,
/// jpeg_resync_to_restart): the one due, or one whose number is far from it. Markers that cannot stand here and
/// restart markers that were due before are passed over. Throws Error where libjpeg would give an interval up.
RestartMarker find_restart_marker(const ScanDecoding& decoding, std::span<const std::uint8_t> file,
                                  std::size_t position, std::uint64_t number) {
  MarkerReader markers(file);
  markers.move_to(position);
  const int due = static_cast<int>(number % 8);
  while (true) {
    const int code = markers.next();
    const bool is_restart = code >= marker::rst0 && code <= marker::rst7;
    const int ahead = is_restart ? (code - marker::rst0 - due) & 7 : 0;
    if (is_restart && ahead == 0) return {markers.position(), false};
    if (is_restart && ahead >= 3 && ahead <= 5) return {markers.position(), true};
    const bool cannot_stand_here = code != MarkerReader::kEndOfFile && code < marker::sof0;
    if (cannot_stand_here || (is_restart && ahead >= 6)) continue;
    throw Error(decoding.name + "restart marker " + std::to_string(due) + " expected at byte " +
                std::to_string(position) +
                (code == MarkerReader::kEndOfFile ? ", the file ends" : ", marker " + std::to_string(code) + " found"));
  }
}

}  // namespace

DecodedScan decode_scan(LevelImage& image, std::span<std::uint64_t> significant, const ScanDecoding& decoding,
                        std::span<const std::uint8_t> file, std::size_t begin) {
  ScanDecoder decoder(image, significant, decoding);
  const std::uint64_t total = decoder.mcus();
  const std::uint64_t step = decoding.restart_interval > 0 ? decoding.restart_interval : total;
  DecodedScan decoded;
  EntropyInterval interval;
  for (std::uint64_t first = 0; first < total; first += step) {
    if (first > 0) {
      const RestartMarker restart = find_restart_marker(decoding, file, interval.end, first / step - 1);
      begin = restart.end;
      decoded.odd_restarts += restart.odd ? 1 : 0;
    }
    interval.load(file, begin);
    BitReader reader(interval);
    try {
      decoder.decode_interval(reader, first, std::min(first + step, total));
    } catch (const DataError& error) {
      const std::size_t position = interval.file_position(file, reader.consumed_bits() / 8);
      // Behind the data stand zeros, whose codes may be wrong in their own way.
      const char* what = reader.overrun() ? kTooShort : error.what();
      throw Error(decoding.name + what + ", at byte " + std::to_string(position) + " of " +
                  std::to_string(file.size()));
    }
    decoded.extraneous_bytes += reader.left_bits() / 8;
  }
  decoded.end = interval.end;
  return decoded;
}

}  // namespace beholder
