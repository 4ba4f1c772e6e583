// Which part of a picture views show, and how large: the same in all that lie over or beside each other.

class Viewport {
  constructor() {
    this.zoom = "fit";
    this.centre = null;
    this.scale = 1;
  }

  // Takes the size of views of a picture: in so much room, not taller than so, and no larger than the picture.
  fit({ width, height }, room, tallest) {
    this.picture = { width, height };
    this.scale = this.zoom === "fit" ? Math.min(1, room / width, tallest / height) : Number(this.zoom);
    this.width = Math.min(room, width * this.scale);
    this.height = Math.min(tallest, height * this.scale);
    this.moves = width * this.scale > this.width + 1 || height * this.scale > this.height + 1;
    this.centre ??= { x: width / 2, y: height / 2 };
    this.hold();
  }

  hold() {
    const within = (value, half, whole) => Math.min(Math.max(value, half), Math.max(whole - half, half));
    this.centre.x = within(this.centre.x, this.width / 2 / this.scale, this.picture.width);
    this.centre.y = within(this.centre.y, this.height / 2 / this.scale, this.picture.height);
  }

  // Moves the picture by pixels of the screen away from where its centre was.
  move(right, down, from = this.centre) {
    this.centre = { x: from.x - right / this.scale, y: from.y - down / this.scale };
    this.hold();
  }

  layView(view) {
    view.style.width = `${this.width}px`;
    view.style.height = `${this.height}px`;
    view.classList.toggle("moves", this.moves);
  }

  layContent(content) {
    content.style.width = `${this.picture.width * this.scale}px`;
    content.style.height = `${this.picture.height * this.scale}px`;
    content.style.left = `${Math.round(this.width / 2 - this.centre.x * this.scale)}px`;
    content.style.top = `${Math.round(this.height / 2 - this.centre.y * this.scale)}px`;
    content.classList.toggle("pixels", this.scale > 1);
  }
}

const ZOOMS = [["fit", "fit"], ["1", "1\u00d7"], ["2", "2\u00d7"], ["4", "4\u00d7"]];
const ARROWS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
const KEY_PIXELS = 48;

// Calls `moved` with each later position of a pointer that was pressed, until it is lifted.
function follow(target, event, moved) {
  const end = () => {
    target.removeEventListener("pointermove", moved);
    target.removeEventListener("pointerup", end);
    target.removeEventListener("pointercancel", end);
  };
  target.setPointerCapture(event.pointerId);
  target.addEventListener("pointermove", moved);
  target.addEventListener("pointerup", end);
  target.addEventListener("pointercancel", end);
}
