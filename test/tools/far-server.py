"""A server on loopback: greets, waits for the end of input, says goodbye.

far-server.py FILE: its port is written to FILE, and a line per connection that
was closed by the other side to FILE.log.
"""
import os
import socket
import sys
import threading


def serve(peer, log):
    peer.sendall(b"hello\n")
    got = 0
    while piece := peer.recv(65536):
        got += len(piece)
    log.write(f"closed {got}\n")
    try:
        peer.sendall(b"goodbye %d\n" % got)
    except OSError:
        pass
    peer.close()


def main():
    path = sys.argv[1]
    listener = socket.create_server(("127.0.0.1", 0))
    log = open(path + ".log", "w", buffering=1)
    with open(path + ".new", "w") as port:
        port.write(str(listener.getsockname()[1]))
    os.rename(path + ".new", path)
    while True:
        peer, _ = listener.accept()
        threading.Thread(target=serve, args=(peer, log), daemon=True).start()


main()
