from logreport.counting import count_paths

__all__ = ["count_paths"]
