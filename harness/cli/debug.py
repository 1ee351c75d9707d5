"""gatecrash under gdb: stops in the gate behind one step of a replay, and knows its tasks (`info gx-tasks`)."""
import gdb


class Tasks(gdb.Command):
    """List the tasks of the execution: what each is about to do, and where it stands in the gate."""

    def __init__(self):
        super().__init__("info gx-tasks", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        gdb.execute("call (void)gx_debug_tasks()")


class Arrive(gdb.Breakpoint):
    """The step is granted: go on to where its task comes back into the gate."""

    def stop(self):
        frame = gdb.newest_frame()
        back = int(frame.read_var("back"))
        print("step %d: %s" % (int(frame.read_var("step")), frame.read_var("task").string()))
        if back:
            gdb.Breakpoint("*%d" % back, internal=True, temporary=True)
        return not back


Tasks()
for command in ("set confirm off", "set pagination off", "set breakpoint pending on", "set print thread-events off",
                "handle SIGSEGV SIGBUS SIGFPE SIGILL SIGABRT SIGSYS SIGALRM SIGVTALRM nostop noprint pass"):
    gdb.execute(command, to_string=True)
Arrive("gx_break_here", internal=True)
gdb.execute("run")
if gdb.selected_inferior().pid:
    gdb.execute("info gx-tasks")
    print("`info gx-tasks` lists them again; `next` and `up` are in the gate; other tasks do not run meanwhile")
