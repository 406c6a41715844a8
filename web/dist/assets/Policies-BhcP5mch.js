import{j as t}from"./index-CGlwvI4j.js";import{P as o}from"./Page-C_Io937Z.js";function i(){return t.jsx(o,{title:"Soon",children:"…"})}export{i as default};
