// The main of every test program. A run in which no test case ran, or none asserted anything,
// proves nothing and fails: a misspelt file name must not pass as a green test.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdio>

namespace {

bool proved_something = false;

struct Proof : doctest::IReporter {
  explicit Proof(const doctest::ContextOptions&) {}
  void test_run_end(const doctest::TestRunStats& run) override {
    proved_something = run.numTestCasesPassingFilters > 0 && run.numAsserts > 0;
  }
  void report_query(const doctest::QueryData&) override {}
  void test_run_start() override {}
  void test_case_start(const doctest::TestCaseData&) override {}
  void test_case_reenter(const doctest::TestCaseData&) override {}
  void test_case_end(const doctest::CurrentTestCaseStats&) override {}
  void test_case_exception(const doctest::TestCaseException&) override {}
  void subcase_start(const doctest::SubcaseSignature&) override {}
  void subcase_end() override {}
  void log_assert(const doctest::AssertData&) override {}
  void log_message(const doctest::MessageData&) override {}
  void test_case_skipped(const doctest::TestCaseData&) override {}
};

DOCTEST_REGISTER_LISTENER("proof", 1, Proof);

}  // namespace

int main(int argc, char** argv) {
  doctest::Context context(argc, argv);
  int status = context.run();
  if (context.shouldExit() || status != 0 || proved_something) return status;
  std::puts("No test case ran, or none asserted anything: that proves nothing.");
  return 1;
}
