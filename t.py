import time,subprocess,sys
for m in ["", "import argparse","import gettext","import numpy","import pydicom","import numpy,pydicom","import pydicom.pixels","import imagecodecs","import numpy, imagecodecs;imagecodecs.jpeg8_decode","import PIL.Image","import textual.app","import textual.app, textual.widgets","import tinydb","import pydantic","import pypinyin","import filelock","import platformdirs"]:
    b=9
    for i in range(3):
        t=time.perf_counter();subprocess.run([sys.executable,"-c",m]);b=min(b,time.perf_counter()-t)
    print(f"{b*1000:7.0f} ms {m}")
