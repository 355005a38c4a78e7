"""Truth and tracks in the forms that other tools read: COCO, YOLO, MOT."""
