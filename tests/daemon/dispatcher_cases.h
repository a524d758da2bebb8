// The dispatcher, killed at every step: one task a mention, no verdict missing, and the same end as
// a run that nothing disturbed (I3, I4, I11). Real log, real books, real reading and deciding, on a
// log of either kind.
#pragma once

#include "tests/bus/house.h"

namespace maitred::test {

// How often it is killed, and when: where a log takes its time, so must those who die on it.
struct CrashEffort {
  int64_t crashes_max;  // spread over all steps, in each of the ways a bus can break
  unsigned seeds;
  Duration life;        // of two who come and go
  int64_t dies_within;  // operations, the one of them
};

void settle_an_evening(BuildHouse build);
void obey_a_rival(BuildHouse build);
void kill_at_every_step(BuildHouse build, const CrashEffort& effort);
void let_two_come_and_go(BuildHouse build, const CrashEffort& effort);

}  // namespace maitred::test
