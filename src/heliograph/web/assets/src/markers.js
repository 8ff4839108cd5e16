// Each shape with a halo of the surface, its word beside it.
const SIZE = 5;

const SHAPES = {
  "triangle-up": [[0, -SIZE], [SIZE, SIZE - 1], [-SIZE, SIZE - 1]],
  "triangle-down": [[0, SIZE], [SIZE, 1 - SIZE], [-SIZE, 1 - SIZE]],
  diamond: [[0, -SIZE], [SIZE, 0], [0, SIZE], [-SIZE, 0]],
  square: [[-4, -4], [4, -4], [4, 4], [-4, 4]],
};

export function drawMarker(context, { x, y, marker, colours }) {
  const colour = colours[marker.tone];
  path(context, x, y, marker.shape);
  context.lineJoin = "round";
  context.strokeStyle = colours.surface;
  context.lineWidth = 4;
  context.stroke();
  path(context, x, y, marker.shape);
  if (marker.shape === "ring") {
    context.fillStyle = colours.surface;
    context.fill();
    context.strokeStyle = colour;
    context.lineWidth = 2;
    context.stroke();
  } else if (marker.shape.startsWith("hollow")) {
    context.fillStyle = colours.surface;
    context.fill();
    context.strokeStyle = colour;
    context.lineWidth = 1.25;
    context.stroke();
  } else {
    context.fillStyle = colour;
    context.fill();
  }
  if (marker.word) write(context, x, y, marker, colours);
}

function path(context, x, y, shape) {
  context.beginPath();
  if (shape === "ring") {
    context.arc(x, y, 4, 0, 2 * Math.PI);
    return;
  }
  SHAPES[shape.replace("hollow-", "")].forEach(([dx, dy], place) => {
    if (place) context.lineTo(x + dx, y + dy);
    else context.moveTo(x + dx, y + dy);
  });
  context.closePath();
}

function write(context, x, y, marker, colours) {
  context.font = `11px ${colours.sans}`;
  context.textAlign = "center";
  context.textBaseline = marker.below ? "top" : "bottom";
  const place = y + (marker.below ? SIZE + 4 : -SIZE - 4);
  context.lineWidth = 3;
  context.strokeStyle = colours.surface;
  // At the left edge the word moves in rather than being cut.
  x = Math.max(x, context.measureText(marker.word).width / 2 + 2);
  context.strokeText(marker.word, x, place);
  context.fillStyle = colours.ink;
  context.fillText(marker.word, x, place);
}
