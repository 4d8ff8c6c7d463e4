"""What asyncpg is asked to do: python3 -c SCRIPT SCENARIO URL. Prints what comes of it."""
import asyncio
import hashlib
import io
import sys

import asyncpg


async def fetched(c):
    print([tuple(row) for row in await c.fetch("SELECT n, name FROM items ORDER BY n")])
    print(await c.fetchval("SELECT $1::int + 1", 41))
    print(await c.execute("SELECT 1; UPDATE items SET name = 'x' WHERE n < 3"))
    print(await c.fetchrow("SELECT n FROM items WHERE n = $1", 77))


async def prepared(c):
    statement = await c.prepare("SELECT name FROM items WHERE n = $1")
    print([parameter.name for parameter in statement.get_parameters()])
    print([await statement.fetchval(n) for n in range(4)])


async def many(c):
    await c.executemany("INSERT INTO items (n) VALUES ($1)", [(n,) for n in range(10, 15)])
    print(await c.fetchval("SELECT count(*) FROM items"))


async def cursors(c):
    async with c.transaction():
        cursor = await c.cursor("SELECT n FROM items ORDER BY n")
        print([row[0] for row in await cursor.fetch(2)])
        print(await cursor.forward(1))
        print([row[0] for row in await cursor.fetch(5)])
        print([row[0] async for row in c.cursor("SELECT n FROM items ORDER BY n", prefetch=2)])


async def copied(c):
    print(await c.copy_records_to_table("items", columns=["n", "name"], records=[(n, "x" * 1000) for n in range(10, 200)]))
    print(await c.copy_to_table("items", columns=["n"], source=io.BytesIO(b"300\n301\n")))
    out = io.BytesIO()
    print(await c.copy_from_query("SELECT n, name FROM items WHERE n < $1", 4, output=out))
    print(out.getvalue())
    try:
        await c.copy_to_table("items", columns=["n"], source=io.BytesIO(b"1\n"))
    except asyncpg.PostgresError as error:
        print(error.sqlstate, error)


async def transactions(c):
    async with c.transaction():
        await c.execute("INSERT INTO items (n) VALUES (6)")
        try:
            async with c.transaction():
                await c.execute("INSERT INTO items (n) VALUES (1)")
        except asyncpg.PostgresError as error:
            print(error.sqlstate, error)
    print(await c.fetchval("SELECT count(*) FROM items"))


async def notices(c):
    heard = asyncio.Queue()
    c.add_log_listener(lambda _, message: print(message.severity, message.message))
    await c.add_listener("news", lambda _, pid, channel, payload: heard.put_nowait((channel, payload)))
    await c.execute("DO $$ BEGIN RAISE NOTICE 'one'; END $$")
    await c.execute("NOTIFY news, 'a word'")
    print(await heard.get())


async def large(c):
    text = "x" * (8 << 20)
    back = await c.fetchval("SELECT repeat('y', 9000000) || $1", text)
    print(len(back), hashlib.sha256(back.encode()).hexdigest())


async def cancelled(c):
    statement = await c.prepare("SELECT pg_sleep(60)")
    try:
        await statement.fetch(timeout=0.5)
    except asyncio.TimeoutError:
        print("cancelled")
    print(await c.fetchval("SELECT 1"))


async def types(c):
    print(await c.fetchval("SELECT mood FROM items WHERE n = 1"))
    print(await c.fetchval("SELECT ARRAY['sad']::mood[]"))


async def main(scenario, url):
    connection = await asyncpg.connect(url)
    await globals()[scenario](connection)
    await connection.close()


asyncio.run(main(*sys.argv[1:]))
