import asyncio, sys
from bots.logs import configure
from bots.run import run
from core.settings import load
def main():
    s=load(); configure(s.log_level,s.log_format,*s.secrets())
    sys.exit(asyncio.run(run(s,lambda l: print(l,flush=True))))
