// What Kaimen's pages use of Leaflet: the map with its handlers, grid layers, paths drawn as SVG, div icons, two controls.
import { Control, control } from "leaflet/src/control/Control.js";
import { scale } from "leaflet/src/control/Control.Scale.js";
import { zoom } from "leaflet/src/control/Control.Zoom.js";
import { EPSG3857 } from "leaflet/src/geo/crs/CRS.EPSG3857.js";
import { svg } from "leaflet/src/layer/vector/SVG.js";
import { Map } from "leaflet/src/map/Map.js";
import "leaflet/src/map/index.js";

control.scale = scale;
control.zoom = zoom;

// As Renderer.getRenderer.js has it, without the canvas renderer, panes and Internet Explorer.
Map.include({
  getRenderer(layer) {
    if (!this._renderer) this._renderer = svg();
    if (!this.hasLayer(this._renderer)) this.addLayer(this._renderer);
    return this._renderer;
  },
});

export { control };
export const CRS = { EPSG3857 };
export * as DomUtil from "leaflet/src/dom/DomUtil.js";
export * as Util from "leaflet/src/core/Util.js";
export { toLatLngBounds as latLngBounds } from "leaflet/src/geo/LatLngBounds.js";
export { layerGroup } from "leaflet/src/layer/LayerGroup.js";
export { GridLayer } from "leaflet/src/layer/tile/GridLayer.js";
export { marker } from "leaflet/src/layer/marker/Marker.js";
export { divIcon } from "leaflet/src/layer/marker/DivIcon.js";
export { circleMarker } from "leaflet/src/layer/vector/CircleMarker.js";
export { polygon } from "leaflet/src/layer/vector/Polygon.js";
export { polyline } from "leaflet/src/layer/vector/Polyline.js";
export { createMap as map } from "leaflet/src/map/Map.js";
