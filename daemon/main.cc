#include "daemon/command_line.h"
#include "daemon/commands/all.h"

int main(int argc, char** argv) {
  return maitred::run_command_line(argc, argv, maitred::all_commands());
}
