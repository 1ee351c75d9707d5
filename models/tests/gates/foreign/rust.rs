// A mutex for all, in Rust through the C interface, without std: that brings mmap, signals and threads of its own along.
//
//     rustc -O -g -C panic=abort --crate-type cdylib rust.rs -o rust.so
#![no_std]

type Int = i32;
type Text = *const u8;
enum Anything {}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    unsafe { abort() }
}

// pthread_mutex_t: PTHREAD_MUTEX_INITIALIZER is all zeros.
#[repr(C, align(8))]
struct Mutex([u8; 40]);

#[repr(C)]
pub struct Request {
    id: u32,
    origin: Int,
    legs: u32,
    workspace: Text,
}

#[repr(C)]
pub struct Gate {
    abi: u32,
    name: Text,
    summary: Text,
    open: extern "C" fn() -> *mut Anything,
    close: extern "C" fn(*mut Anything),
    handle: extern "C" fn(*mut Anything, *const Request) -> Int,
}

unsafe impl Sync for Gate {}

extern "C" {
    fn abort() -> !;
    fn pthread_mutex_lock(mutex: *mut Mutex) -> Int;
    fn pthread_mutex_unlock(mutex: *mut Mutex) -> Int;
    fn gx_stop(request: *const Request) -> Int;
    fn gx_start(request: *const Request) -> Int;
}

const LEG_DONE: Int = 0;
const RAN: Int = 0;

static mut MUTEX: Mutex = Mutex([0; 40]);

extern "C" fn open() -> *mut Anything {
    unsafe { core::ptr::addr_of_mut!(MUTEX) as *mut Anything }
}

extern "C" fn close(_: *mut Anything) {}

extern "C" fn handle(gate: *mut Anything, request: *const Request) -> Int {
    unsafe {
        pthread_mutex_lock(gate as *mut Mutex);
        if gx_stop(request) == LEG_DONE {
            gx_start(request);
        }
        pthread_mutex_unlock(gate as *mut Mutex);
    }
    RAN
}

static GATE: Gate = Gate {
    abi: 1,
    name: b"rust\0".as_ptr(),
    summary: b"a mutex for all\0".as_ptr(),
    open,
    close,
    handle,
};

#[no_mangle]
pub extern "C" fn gx_gate_plugin() -> *const Gate {
    &GATE
}
