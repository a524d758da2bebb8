// The bus's promises on the embedded bus, and what both buses hash alike.
#include "tests/bus/promises.h"

using namespace maitred;

TEST_CASE("the embedded bus keeps the bus's promises") {
  for (const test::Promise& promise : test::promises()) {
    SUBCASE(promise.words) {
      test::EmbeddedHouse house(true);
      promise.keep(house);
    }
  }
}

TEST_CASE("keys go where Java's default partitioner puts them") {
  // murmur2 of Kafka's own test vectors (Utils.murmur2): masked, mod 100.
  CHECK(partition_of("21", 1 << 30) == ((-973932308 & 0x7fffffff) % (1 << 30)));
  CHECK(partition_of("foobar", 1 << 30) == ((-790332482 & 0x7fffffff) % (1 << 30)));
  CHECK(partition_of("a-little-bit-long-string", 1 << 30) ==
        ((-985981536 & 0x7fffffff) % (1 << 30)));
  CHECK(partition_of("a-little-bit-longer-string", 1 << 30) ==
        ((-1486304829 & 0x7fffffff) % (1 << 30)));
  CHECK(partition_of("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", 1 << 30) ==
        ((-58897971 & 0x7fffffff) % (1 << 30)));
  CHECK(partition_of("abc", 1 << 30) == (479470107 % (1 << 30)));
}
