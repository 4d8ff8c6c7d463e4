"""What psycopg is asked to do: python3 -c SCRIPT SCENARIO URL. Prints what comes of it."""
import hashlib
import logging
import sys
import threading

import psycopg
from psycopg import sql
from psycopg.types import TypeInfo
from psycopg.types.enum import EnumInfo

# Whether it warns of an error in a pipeline depends on when the answer arrives.
logging.getLogger("psycopg").setLevel(logging.ERROR)


def told(error):
    print(type(error).__name__, error.sqlstate, str(error).splitlines()[0])


def simple(c):
    print(c.execute("SELECT n, name FROM items ORDER BY n").fetchall())
    cursor = c.execute("SELECT 1; SELECT 2 WHERE false; SELECT 3")
    while True:
        print(cursor.description[0].name, cursor.fetchall())
        if not cursor.nextset():
            break
    print(c.execute("SELECT %s::text, %s::int[]", ("a", [1, 2])).fetchone())
    print(c.execute("UPDATE items SET name = 'x' WHERE n < %s", (3,)).rowcount)


def binary(c):
    cursor = c.cursor(binary=True)
    cursor.execute("SELECT n, name, 1.5::numeric, now() > 'epoch' FROM items WHERE n = %b", (2,))
    print(cursor.fetchall(), cursor.pgresult.fformat(0))


def server_side(c):
    with c.transaction(), c.cursor("c") as cursor:
        cursor.itersize = 2
        cursor.execute("SELECT n FROM items ORDER BY n")
        print(list(cursor))
        cursor.scroll(1, mode="absolute")
        print(cursor.fetchone())


def streamed(c):
    print(list(c.cursor().stream("SELECT n FROM items ORDER BY n")))


def pipelined(c):
    with c.pipeline() as pipeline:
        cursors = [c.execute("SELECT %s::int", (n,)) for n in range(4)]
        pipeline.sync()
        cursors.append(c.execute("INSERT INTO items (n) VALUES (6) RETURNING n"))
        print([cursor.fetchone() for cursor in cursors])


def pipelined_with_an_error(c):
    try:
        with c.pipeline():
            c.execute("INSERT INTO items (n) VALUES (6)")
            c.execute("INSERT INTO items (n) VALUES (1)")
            c.execute("INSERT INTO items (n) VALUES (7)")
    except psycopg.Error as error:
        told(error)
    print(c.execute("SELECT count(*) FROM items").fetchone())


def copied_in(c):
    with c.cursor() as cursor:
        with cursor.copy("COPY items (n, name) FROM STDIN") as copy:
            for n in range(10, 13):
                copy.write_row((n, "tab\there"))
        print(cursor.rowcount)
        with cursor.copy("COPY items (n, name) FROM STDIN (FORMAT binary)") as copy:
            copy.set_types(["int4", "text"])
            for n in range(20, 23):
                copy.write_row((n, "x" * 100_000))
        print(cursor.rowcount)
        try:
            with cursor.copy("COPY items (n) FROM STDIN") as copy:
                copy.write("1\n")
        except psycopg.Error as error:
            told(error)
        try:
            with cursor.copy("COPY items (n) FROM STDIN") as copy:
                copy.write("30\n")
                raise ValueError("of its own")
        except ValueError as error:
            print(error)


def copied_out(c):
    with c.cursor() as cursor:
        for form in ("text", "binary"):
            with cursor.copy(sql.SQL("COPY items (n, name) TO STDOUT (FORMAT {})").format(sql.SQL(form))) as copy:
                print([bytes(part) for part in copy])
        with cursor.copy("COPY (SELECT n, name FROM items WHERE n < 3) TO STDOUT") as copy:
            print(list(copy.rows()))


def many(c):
    cursor = c.cursor()
    cursor.executemany("INSERT INTO items (n) VALUES (%s)", [(6,), (7,), (8,)])
    print(cursor.rowcount)
    cursor.executemany("SELECT %s::int", [(1,), (2,)], returning=True)
    while True:
        print(cursor.fetchall())
        if not cursor.nextset():
            break


def errors(c):
    for text in ("SELEC 1", "SELECT nothing", "SELECT 1 / (n - 1) FROM items", "INSERT INTO items (n) VALUES (1)"):
        try:
            c.execute(text)
        except psycopg.Error as error:
            told(error)
    try:
        c.execute("SELECT %s::int", ("x",))
    except psycopg.Error as error:
        told(error)


def notices(c):
    c.add_notice_handler(lambda notice: print(notice.severity, notice.message_primary))
    c.execute("DO $$ BEGIN RAISE NOTICE 'one'; RAISE WARNING 'two'; END $$")
    c.execute("LISTEN news")
    c.execute("SELECT pg_notify('news', 'a word')")
    c.execute("NOTIFY news, 'another'")
    for news in c.notifies(stop_after=2):
        print(news.channel, news.payload, news.pid == c.info.backend_pid)


def prepared(c):
    for n in range(4):
        print(c.execute("SELECT name FROM items WHERE n = %s", (n,), prepare=True).fetchone())


def large(c):
    text = "x" * (8 << 20)
    length, back = c.execute("SELECT length(%s), repeat('y', 9000000) || %s", (text, text)).fetchone()
    print(length, hashlib.sha256(back.encode()).hexdigest())
    print(c.execute("SELECT '" + text + "' = %s", (text,)).fetchone())


def cancelled(c):
    done = threading.Event()

    def cancel():
        # It may come before the query: until it has an effect.
        while not done.wait(0.05):
            c.cancel()

    thread = threading.Thread(target=cancel)
    thread.start()
    try:
        c.execute("SELECT pg_sleep(60)")
    except psycopg.Error as error:
        told(error)
    done.set()
    thread.join()


def savepoints(c):
    with c.transaction():
        c.execute("INSERT INTO items (n) VALUES (6)")
        try:
            with c.transaction():
                c.execute("INSERT INTO items (n) VALUES (7)")
                c.execute("INSERT INTO items (n) VALUES (1)")
        except psycopg.Error as error:
            told(error)
        with c.transaction():
            c.execute("INSERT INTO items (n) VALUES (8)")
    print(c.execute("SELECT array_agg(n ORDER BY n) FROM items").fetchone())


def two_phases(c):
    c.autocommit = False
    c.tpc_begin("a transaction")
    c.execute("INSERT INTO items (n) VALUES (6)")
    try:
        c.tpc_prepare()
        c.tpc_commit()
        print("committed")
    except psycopg.Error as error:
        told(error)
    c.close()


def types(c):
    print(TypeInfo.fetch(c, "hstore"))
    info = EnumInfo.fetch(c, "mood")
    print(info.labels)


scenario, url = sys.argv[1:]
with psycopg.connect(url, autocommit=True) as connection:
    globals()[scenario](connection)
