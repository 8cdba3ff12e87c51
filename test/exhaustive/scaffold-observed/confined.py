"""Becomes the process of an image as a kubelet's runtime starts it: a root that is read-only, its user, no capability, no way to a new privilege."""

import ctypes
import json
import os
import subprocess
import sys

root = "/image"
# From linux/prctl.h.
drop_from_bounding_set, no_new_privileges = 24, 38


def mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)


with open(sys.argv[1], encoding="utf-8") as file:
    pod = json.load(file)

mount("--bind", root, root)
mount("-t", "proc", "proc", f"{root}/proc")
mount("--rbind", "/dev", f"{root}/dev")
for path in ["/etc/hosts", "/etc/resolv.conf"]:
    open(root + path, "a", encoding="utf-8").close()
    mount("--bind", path, root + path)
for path, mebibytes in pod["memory"].items():
    os.makedirs(root + path, exist_ok=True)
    mount("-t", "tmpfs", "-o", f"size={mebibytes}m,mode=1777,nosuid,nodev", "tmpfs", root + path)
mount("-o", "remount,bind,ro", root)
os.chroot(root)
os.chdir("/")
process = ctypes.CDLL(None, use_errno=True)
process.prctl(no_new_privileges, 1, 0, 0, 0)
for capability in range(64):
    process.prctl(drop_from_bounding_set, capability, 0, 0, 0)
os.setgroups([pod["group"]])
os.setgid(pod["group"])
os.setuid(pod["user"])
os.execve(pod["entrypoint"][0], pod["entrypoint"], pod["environment"])
