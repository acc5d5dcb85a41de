"use strict";
// Toggle series by their legend and read values by pointing. The page is complete without it.
(function () {
  document.documentElement.classList.add("scripted");

  function toSvg(svg, event) {
    const point = svg.createSVGPoint();
    point.x = event.clientX;
    point.y = event.clientY;
    return point.matrixTransform(svg.getScreenCTM().inverse());
  }

  function value(scale, share) {
    const low = scale[0], high = scale[1];
    if (scale[2] === "log") {
      return low * Math.pow(high / low, share);
    }
    return low + share * (high - low);
  }

  function text(number) {
    return String(Number(number.toPrecision(4)));
  }

  // Corners of a drawn line in the coordinates of the picture, read once.
  function corners(group) {
    if (!group.corners) {
      group.corners = [];
      group.querySelectorAll("path[d]").forEach(function (path) {
        if (path.closest("defs") || path.getAttribute("style").indexOf("fill: none") < 0) {
          return;
        }
        const numbers = path.getAttribute("d").match(/-?\d+(\.\d+)?(e-?\d+)?/g) || [];
        for (let k = 0; k + 1 < numbers.length; k += 2) {
          group.corners.push([Number(numbers[k]), Number(numbers[k + 1])]);
        }
      });
    }
    return group.corners;
  }

  function inside(box, p) {
    return p.x >= box[0] && p.x <= box[0] + box[2] && p.y >= box[1] && p.y <= box[1] + box[3];
  }

  function nearest(svg, box, p) {
    let best = null, least = 14 * 14;
    svg.querySelectorAll("g[id*='-series-']:not(.hidden)").forEach(function (group) {
      corners(group).forEach(function (c) {
        const far = (c[0] - p.x) * (c[0] - p.x) + (c[1] - p.y) * (c[1] - p.y);
        if (far < least && inside(box, { x: c[0], y: c[1] })) {
          least = far;
          best = { x: c[0], y: c[1], series: number(group.id, "series") };
        }
      });
    });
    return best;
  }

  function number(id, word) {
    const match = id.match(new RegExp("-" + word + "-(\\d+)"));
    return match ? match[1] : "";
  }

  function legendText(svg, series) {
    const name = svg.dataset.name;
    const entry = svg.querySelector("[id='" + name + "-legend-" + series + "-text']");
    return entry ? entry.textContent.trim() + "\n" : "";
  }

  function readout(svg) {
    const axes = JSON.parse(svg.dataset.axes);
    const figure = svg.closest("figure");
    let box = null;

    function hide() {
      if (box) {
        box.remove();
        box = null;
      }
    }

    svg.addEventListener("mouseleave", hide);
    svg.addEventListener("mousemove", function (event) {
      const p = toSvg(svg, event);
      const ax = axes.find(function (a) { return inside(a.box, p); });
      const spot = ax ? nearest(svg, ax.box, p) : null;
      if (!spot) {
        hide();
        return;
      }
      const x = value(ax.x, (spot.x - ax.box[0]) / ax.box[2]);
      const y = value(ax.y, 1 - (spot.y - ax.box[1]) / ax.box[3]);
      if (!box) {
        box = document.createElement("div");
        box.className = "readout";
        figure.appendChild(box);
      }
      box.textContent = legendText(svg, spot.series) + ax.x[3] + ": " + text(x) + "\n" +
        ax.y[3].replace("\n", " ") + ": " + text(y);
      const frame = figure.getBoundingClientRect();
      const left = event.clientX - frame.left + 14;
      box.style.left = Math.max(Math.min(left, frame.width - box.offsetWidth - 4), 0) + "px";
      box.style.top = (event.clientY - frame.top + 14) + "px";
    });
  }

  function legend(svg) {
    const name = svg.dataset.name;
    svg.querySelectorAll("[id^='" + name + "-legend-']").forEach(function (entry) {
      const series = number(entry.id, "legend");
      const all = svg.querySelectorAll("g[id^='" + name + "-series-" + series + "-']");
      if (!all.length) {
        return;
      }
      entry.setAttribute("data-legend", series);
      if (/-text$/.test(entry.id)) {
        entry.setAttribute("tabindex", "0");
        entry.setAttribute("role", "button");
        entry.setAttribute("aria-pressed", "true");
      }

      function toggle() {
        let shown = true;
        all.forEach(function (group) {
          shown = !group.classList.toggle("hidden");
        });
        svg.querySelectorAll("[data-legend='" + series + "']").forEach(function (part) {
          part.classList.toggle("off", !shown);
          if (part.hasAttribute("role")) {
            part.setAttribute("aria-pressed", String(shown));
          }
        });
      }

      entry.addEventListener("click", toggle);
      entry.addEventListener("keydown", function (event) {
        if (event.key === "Enter" || event.key === " ") {
          event.preventDefault();
          toggle();
        }
      });
    });
  }

  document.querySelectorAll("svg.plot").forEach(function (svg) {
    legend(svg);
    readout(svg);
  });

  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details").forEach(function (d) { d.open = true; });
  });
}());
