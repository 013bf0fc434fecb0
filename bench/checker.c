/* The baseline of bench/probes.py: a plain epoll checker of many loopback targets, and the servers that it checks.

   checker tcp|reset|giop TARGETS ROUNDS TIMEOUT_MS HOLE_EVERY PORT   checks, then prints one line of JSON
   checker serve PORT                                                 accepts everywhere, answers GIOP LocateRequests

   Target i is 127.(1 + i/65536).(i/256).(i) on PORT; every HOLE_EVERY-th one is 127.99.0.1, which must be a black hole. */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { AT_ONCE = 256, MAX_FD = 65536 };

static const unsigned char REQUEST[] = "GIOP\1\2\1\3\x17\0\0\0\1\0\0\0\0\0\0\0\x0b\0\0\0NameService";
static const unsigned char REPLY[] = "GIOP\1\2\1\4\x08\0\0\0\1\0\0\0\1\0\0\0";
enum { REQUEST_LENGTH = 35, REPLY_LENGTH = 20 };

struct probe { int used, reading; double started; int next, previous; };
static struct probe probes[MAX_FD]; /* by descriptor, linked from the oldest to the youngest */
static int oldest = -1, youngest = -1, busy = 0;
static long good = 0, bad = 0;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static struct sockaddr_in address(long target, int hole_every, int port) {
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
    unsigned ip = hole_every && target % hole_every == 0
        ? (127u << 24) | (99u << 16) | 1
        : (127u << 24) | ((1 + (unsigned)(target >> 16)) << 16) | (target & 0xffff);
    a.sin_addr.s_addr = htonl(ip);
    return a;
}

static void finish(int fd, int ok) {
    struct probe *p = &probes[fd];
    if (p->previous >= 0) probes[p->previous].next = p->next; else oldest = p->next;
    if (p->next >= 0) probes[p->next].previous = p->previous; else youngest = p->previous;
    p->used = 0;
    close(fd);
    busy--;
    if (ok) good++; else bad++;
}

static void start(int ep, struct sockaddr_in a, int reset_early) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (fd < 0) { bad++; return; }
    struct linger l = {1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &l, sizeof l);
    int off = 0;
    if (reset_early) setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &off, sizeof off);
    probes[fd] = (struct probe){1, 0, now(), -1, youngest};
    if (youngest >= 0) probes[youngest].next = fd; else oldest = fd;
    youngest = fd;
    busy++;
    if (connect(fd, (struct sockaddr *)&a, sizeof a) < 0 && errno != EINPROGRESS) { finish(fd, 0); return; }
    struct epoll_event e = {.events = EPOLLOUT, .data.fd = fd};
    epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e);
}

static void advance(int ep, int fd, int giop) {
    if (probes[fd].reading) {
        unsigned char reply[4096];
        ssize_t n = recv(fd, reply, sizeof reply, 0);
        finish(fd, n >= REPLY_LENGTH && !memcmp(reply, "GIOP", 4) && reply[7] == 4 && reply[16] >= 1);
        return;
    }
    int error = 0;
    socklen_t length = sizeof error;
    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error || !giop) { finish(fd, !error); return; }
    send(fd, REQUEST, REQUEST_LENGTH, 0);
    probes[fd].reading = 1;
    struct epoll_event e = {.events = EPOLLIN, .data.fd = fd};
    epoll_ctl(ep, EPOLL_CTL_MOD, fd, &e);
}

/* MB; ru_maxrss counts the memory of the parent before exec too. */
static double peak(void) {
    char line[256];
    long kilobytes = 0;
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f)) sscanf(line, "VmHWM: %ld", &kilobytes);
    if (f) fclose(f);
    return kilobytes / 1024.0;
}

static int check(const char *mode, long targets, int rounds, double timeout, int hole_every, int port) {
    int ep = epoll_create1(0), giop = !strcmp(mode, "giop"), early = !strcmp(mode, "reset");
    struct epoll_event events[AT_ONCE];
    long total = targets * rounds, next = 0;
    double began = now();
    while (good + bad < total) {
        while (next < total && busy < AT_ONCE) { start(ep, address(next % targets, hole_every, port), early); next++; }
        int n = epoll_wait(ep, events, AT_ONCE, 50);
        for (int i = 0; i < n; i++) advance(ep, events[i].data.fd, giop);
        while (oldest >= 0 && now() - probes[oldest].started > timeout) finish(oldest, 0);
    }
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    double cpu = u.ru_utime.tv_sec + u.ru_stime.tv_sec + (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
    printf("{\"good\": %ld, \"bad\": %ld, \"wall\": %.4f, \"cpu\": %.4f, \"rss\": %.1f}\n",
           good, bad, now() - began, cpu, peak());
    return 0;
}

static int serve(int port) {
    int ep = epoll_create1(0), one = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_ANY)};
    if (bind(listener, (struct sockaddr *)&a, sizeof a) || listen(listener, 4096)) { perror("serve"); return 1; }
    struct epoll_event e = {.events = EPOLLIN, .data.fd = listener}, events[512];
    epoll_ctl(ep, EPOLL_CTL_ADD, listener, &e);
    for (;;) {
        int n = epoll_wait(ep, events, 512, -1);
        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            if (fd != listener) {
                unsigned char request[4096];
                if (recv(fd, request, sizeof request, 0) <= 0) close(fd);
                else send(fd, REPLY, REPLY_LENGTH, MSG_NOSIGNAL);
                continue;
            }
            for (int c; (c = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0;) {
                struct epoll_event f = {.events = EPOLLIN, .data.fd = c};
                epoll_ctl(ep, EPOLL_CTL_ADD, c, &f);
            }
        }
    }
}

int main(int argc, char **argv) {
    struct rlimit r;
    getrlimit(RLIMIT_NOFILE, &r);
    r.rlim_cur = r.rlim_max < MAX_FD ? r.rlim_max : MAX_FD;
    setrlimit(RLIMIT_NOFILE, &r);
    if (argc == 3 && !strcmp(argv[1], "serve")) return serve(atoi(argv[2]));
    if (argc == 7)
        return check(argv[1], atol(argv[2]), atoi(argv[3]), atoi(argv[4]) / 1000.0, atoi(argv[5]), atoi(argv[6]));
    fprintf(stderr, "see the comment at the top of checker.c\n");
    return 2;
}
