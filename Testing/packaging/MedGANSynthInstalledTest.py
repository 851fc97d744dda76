"""The installed library, with nothing but the standard library: run by Slicer's ctest."""

import sys
import unittest


class MedGANSynthInstalledTest(unittest.TestCase):
    """What must work before anything is installed into Slicer's Python."""

    def test_models_are_listed(self):
        from MedGANSynthLib import tasks
        from MedGANSynthLib.models import catalogue

        rows = tasks.run(tasks.ModelsList())["rows"]
        shipped = [row for row in rows if row["origin"] == "shipped"]
        folders = [p for p in catalogue.shipped_folder().glob("*") if p.is_dir()]
        self.assertEqual(len(shipped), len(folders))
        self.assertEqual([row["problem"] for row in shipped], [""] * len(shipped))

    def test_presets_are_listed(self):
        from MedGANSynthLib import tasks

        self.assertTrue(tasks.run(tasks.PresetsList())["rows"])

    def test_the_panels_imports_are_light(self):
        import MedGANSynthLib.tasks
        import MedGANSynthLib.worker

        self.assertTrue(MedGANSynthLib.worker.__file__)
        self.assertNotIn("MedGANSynthLib.inference.translate", sys.modules)
